"""Who may do what, what was done, and what goes out to others."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gis.db.tables.base import Base, BigInt, CreatedAt, DivisionCode, SerialKey, SmallInt

ROLES = (
    "role IN ('viewer', 'reporter', 'planner', 'reviewer', 'dispatcher',"
    " 'integration', 'auditor', 'admin')"
)


class Account(Base):
    """A person who can log in."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("login"),
        UniqueConstraint("oidc_subject"),
        CheckConstraint("failed_logins >= 0", name="failed_logins"),
    )

    account_id: Mapped[SerialKey]
    login: Mapped[str]
    display_name: Mapped[str]
    password_hash: Mapped[str | None] = mapped_column(comment="argon2id; null: OIDC only")
    oidc_subject: Mapped[str | None] = mapped_column(comment="issuer, a space, subject")
    is_disabled: Mapped[bool] = mapped_column(server_default=text("false"))
    failed_logins: Mapped[int] = mapped_column(server_default=text("0"), comment="in a row")
    locked_until: Mapped[dt.datetime | None]
    last_login_at: Mapped[dt.datetime | None]
    created_at: Mapped[CreatedAt]


class ApiKey(Base):
    """A key of another system, or the link of a wall screen: only its hash is stored."""

    __tablename__ = "api_key"
    __table_args__ = (
        UniqueConstraint("key_hash"),
        CheckConstraint("kind IN ('key', 'kiosk')", name="kind"),
    )

    api_key_id: Mapped[SerialKey]
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="key")
    key_hash: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of the whole key")
    expires_at: Mapped[dt.datetime | None]
    last_used_at: Mapped[dt.datetime | None] = mapped_column(comment="to the minute")
    revoked_at: Mapped[dt.datetime | None]
    created_at: Mapped[CreatedAt]


class LoginSession(Base):
    """A browser that is logged in: as a person, or as a wall screen."""

    __tablename__ = "login_session"
    __table_args__ = (
        UniqueConstraint("session_hash"),
        CheckConstraint("num_nonnulls(account_id, api_key_id) = 1", name="one_holder"),
        Index("login_session_account_id_idx", "account_id"),
    )

    login_session_id: Mapped[SerialKey]
    session_hash: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of the cookie")
    account_id: Mapped[BigInt | None] = mapped_column(ForeignKey("account.account_id"))
    api_key_id: Mapped[BigInt | None] = mapped_column(ForeignKey("api_key.api_key_id"))
    address: Mapped[str | None]
    created_at: Mapped[CreatedAt]
    last_seen_at: Mapped[CreatedAt] = mapped_column(comment="to the minute")
    expires_at: Mapped[dt.datetime] = mapped_column(comment="whatever happens until then")


class Grant(Base):
    """A role on a division and everything below it, for an account or a key."""

    __tablename__ = "grant"
    __table_args__ = (
        CheckConstraint("num_nonnulls(account_id, api_key_id) = 1", name="one_holder"),
        CheckConstraint(ROLES, name="role"),
        UniqueConstraint(
            "account_id",
            "api_key_id",
            "role",
            "division_code",
            name="grant_once_key",
            postgresql_nulls_not_distinct=True,
        ),
    )

    grant_id: Mapped[SerialKey]
    account_id: Mapped[BigInt | None] = mapped_column(ForeignKey("account.account_id"))
    api_key_id: Mapped[BigInt | None] = mapped_column(ForeignKey("api_key.api_key_id"))
    role: Mapped[str]
    division_code: Mapped[DivisionCode] = mapped_column(ForeignKey("division.code"))
    granted_by: Mapped[str] = mapped_column(server_default="system")
    created_at: Mapped[CreatedAt]


class Audit(Base):
    """Who did what, when, from where: rows are only ever added, each hashed with the last.

    Written by the database's ``append_audit`` alone, which numbers them without gaps.
    """

    __tablename__ = "audit"

    audit_id: Mapped[BigInt] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    actor: Mapped[str]
    address: Mapped[str | None]
    action: Mapped[str]
    subject: Mapped[str]
    division_code: Mapped[DivisionCode | None]
    reason: Mapped[str | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    row_hash: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of the last and this")


class AuditHead(Base):
    """The last row of the audit: without it, cutting off the end would not be noticed."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("audit_head_id = 1", name="one_row"),)

    audit_head_id: Mapped[SmallInt] = mapped_column(primary_key=True, server_default="1")
    audit_id: Mapped[BigInt]
    row_hash: Mapped[bytes] = mapped_column(LargeBinary)


class Subscription(Base):
    """Another system that wants to be told of changes."""

    __tablename__ = "subscription"

    subscription_id: Mapped[SerialKey]
    name: Mapped[str]
    url: Mapped[str]
    kinds: Mapped[dict[str, Any]]
    division_code: Mapped[DivisionCode] = mapped_column(ForeignKey("division.code"))
    created_at: Mapped[CreatedAt]


class Delivery(Base):
    """The outbox: what happened, to be told to screens and subscribers."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("delivery_transaction_id_delivery_id_idx", "transaction_id", "delivery_id"),
    )

    delivery_id: Mapped[SerialKey]
    transaction_id: Mapped[BigInt] = mapped_column(
        server_default=text("(pg_current_xact_id()::text::bigint)"),
        comment="readers go by it, so that a late commit is not skipped (ADR 0023)",
    )
    subscription_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("subscription.subscription_id")
    )
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    divisions: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'::jsonb"),
        comment="divisions concerned: code to its path from the root",
    )
    created_at: Mapped[CreatedAt]
    delivered_at: Mapped[dt.datetime | None]


class OutboxKey(Base):
    """What places in the outbox are sealed with, so that they tell nobody how much happens."""

    __tablename__ = "outbox_key"
    __table_args__ = (CheckConstraint("outbox_key_id = 1", name="one_row"),)

    outbox_key_id: Mapped[SmallInt] = mapped_column(primary_key=True, server_default="1")
    secret: Mapped[bytes] = mapped_column(LargeBinary, comment="seals places in the outbox")
