"""Access: accounts, keys and sessions; the audit's chain; row-level security.

Revision ID: 2026_11_22_access
Revises: 2026_11_21_spine
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

SQL = Path(__file__).resolve().parents[1] / "sql" / "2026_11_22_access"

revision = "2026_11_22_access"
down_revision = "2026_11_21_spine"
branch_labels = None
depends_on = None

NOW = sa.text("now()")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "account", sa.Column("oidc_subject", sa.String(), comment="issuer, a space, subject")
    )
    op.add_column(
        "account",
        sa.Column(
            "failed_logins", sa.Integer(), server_default="0", nullable=False, comment="in a row"
        ),
    )
    op.add_column("account", sa.Column("locked_until", TIME))
    op.add_column("account", sa.Column("last_login_at", TIME))
    op.alter_column(
        "account", "password_hash", comment="argon2id; null: OIDC only", existing_comment="argon2id"
    )
    op.create_unique_constraint("account_oidc_subject_key", "account", ["oidc_subject"])
    op.create_check_constraint(op.f("account_failed_logins_check"), "account", "failed_logins >= 0")
    op.add_column("api_key", sa.Column("kind", sa.String(), server_default="key", nullable=False))
    op.create_check_constraint(op.f("api_key_kind_check"), "api_key", "kind IN ('key', 'kiosk')")
    op.alter_column("api_key", "key_hash", comment="SHA-256 of the whole key")
    op.alter_column("api_key", "last_used_at", comment="to the minute")
    op.create_table(
        "login_session",
        sa.Column("login_session_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "session_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the cookie"
        ),
        sa.Column("account_id", sa.BigInteger()),
        sa.Column("api_key_id", sa.BigInteger()),
        sa.Column("address", sa.String()),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.Column(
            "last_seen_at", TIME, server_default=NOW, nullable=False, comment="to the minute"
        ),
        sa.Column("expires_at", TIME, nullable=False, comment="whatever happens until then"),
        sa.CheckConstraint(
            "num_nonnulls(account_id, api_key_id) = 1", name=op.f("login_session_one_holder_check")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("login_session_account_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_key.api_key_id"], name=op.f("login_session_api_key_id_fkey")
        ),
        sa.PrimaryKeyConstraint("login_session_id", name=op.f("login_session_pkey")),
        sa.UniqueConstraint("session_hash", name=op.f("login_session_session_hash_key")),
    )
    op.create_index("login_session_account_id_idx", "login_session", ["account_id"])
    op.add_column(
        "grant", sa.Column("granted_by", sa.String(), server_default="system", nullable=False)
    )
    op.add_column("grant", sa.Column("created_at", TIME, server_default=NOW, nullable=False))
    op.create_unique_constraint(
        "grant_once_key",
        "grant",
        ["account_id", "api_key_id", "role", "division_code"],
        postgresql_nulls_not_distinct=True,
    )
    op.add_column("person_private", sa.Column("index_key_id", sa.String()))
    op.add_column(
        "person_private", sa.Column("retain_until", sa.Date(), comment="erased after this day")
    )
    _replace_audit()
    for name in ("audit", "roles", "scope", "policies"):
        op.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))


def _replace_audit() -> None:
    # Nothing was ever written into the first one.
    op.drop_table("audit")
    op.create_table(
        "audit",
        sa.Column("audit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("address", sa.String()),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("division_code", sa.String(length=12)),
        sa.Column("reason", sa.String()),
        sa.Column("before", postgresql.JSONB()),
        sa.Column("after", postgresql.JSONB()),
        sa.Column(
            "row_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the last and this"
        ),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("audit_pkey")),
    )
    op.create_table(
        "audit_head",
        sa.Column("audit_head_id", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("audit_id", sa.BigInteger(), nullable=False),
        sa.Column("row_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("audit_head_id = 1", name=op.f("audit_head_one_row_check")),
        sa.PrimaryKeyConstraint("audit_head_id", name=op.f("audit_head_pkey")),
    )


def downgrade() -> None:
    op.execute((SQL / "down.sql").read_text(encoding="utf-8"))
    op.drop_table("audit_head")
    op.drop_table("audit")
    op.create_table(
        "audit",
        sa.Column("audit_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", TIME, server_default=NOW, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("address", sa.String()),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("before", postgresql.JSONB()),
        sa.Column("after", postgresql.JSONB()),
        sa.Column("previous_hash", sa.LargeBinary()),
        sa.Column("row_hash", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("audit_pkey")),
    )
    op.drop_column("person_private", "retain_until")
    op.drop_column("person_private", "index_key_id")
    op.drop_constraint("grant_once_key", "grant", type_="unique")
    op.drop_column("grant", "created_at")
    op.drop_column("grant", "granted_by")
    op.drop_table("login_session")
    op.alter_column("api_key", "last_used_at", comment=None)
    op.alter_column("api_key", "key_hash", comment=None)
    op.drop_column("api_key", "kind")
    op.alter_column("account", "password_hash", comment="argon2id")
    for column in ("last_login_at", "locked_until", "failed_logins", "oidc_subject"):
        op.drop_column("account", column)
