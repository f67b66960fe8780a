"""News from the outbox: heard once, told to every stream that may hear it."""
