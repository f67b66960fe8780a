"""The store: tables, sessions, COPY, migrations, the private cluster."""
