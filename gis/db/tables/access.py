"""Who may do what, what was done, and what goes out to others."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gis.db.tables.base import Base, BigInt, CreatedAt, DivisionCode, SerialKey


class Account(Base):
    """A person who can log in."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("login"),)

    account_id: Mapped[SerialKey]
    login: Mapped[str]
    display_name: Mapped[str]
    password_hash: Mapped[str | None] = mapped_column(comment="argon2id")
    is_disabled: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[CreatedAt]


class ApiKey(Base):
    """A key of another system: only its hash is stored."""

    __tablename__ = "api_key"
    __table_args__ = (UniqueConstraint("key_hash"),)

    api_key_id: Mapped[SerialKey]
    name: Mapped[str]
    key_hash: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[dt.datetime | None]
    last_used_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]
    created_at: Mapped[CreatedAt]


class Grant(Base):
    """A role on a division and everything below it, for an account or a key."""

    __tablename__ = "grant"
    __table_args__ = (
        CheckConstraint("num_nonnulls(account_id, api_key_id) = 1", name="one_holder"),
        CheckConstraint(
            "role IN ('viewer', 'reporter', 'planner', 'reviewer', 'dispatcher',"
            " 'integration', 'auditor', 'admin')",
            name="role",
        ),
    )

    grant_id: Mapped[SerialKey]
    account_id: Mapped[BigInt | None] = mapped_column(ForeignKey("account.account_id"))
    api_key_id: Mapped[BigInt | None] = mapped_column(ForeignKey("api_key.api_key_id"))
    role: Mapped[str]
    division_code: Mapped[DivisionCode] = mapped_column(ForeignKey("division.code"))


class Audit(Base):
    """Who did what, when, from where: rows are only ever added, each hashed with the last."""

    __tablename__ = "audit"

    audit_id: Mapped[SerialKey]
    at: Mapped[CreatedAt]
    actor: Mapped[str]
    address: Mapped[str | None]
    action: Mapped[str]
    subject: Mapped[str]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    previous_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    row_hash: Mapped[bytes | None] = mapped_column(LargeBinary)


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
        comment="readers stay below pg_snapshot_xmin, so that a late commit is not skipped",
    )
    subscription_id: Mapped[BigInt | None] = mapped_column(
        ForeignKey("subscription.subscription_id")
    )
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[CreatedAt]
    delivered_at: Mapped[dt.datetime | None]
