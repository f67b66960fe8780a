"""The audit, as it goes out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import Field

from api.schemas.common import Answer, Link


class AuditEntryOut(Answer):
    """One entry of the audit."""

    audit_id: int = Field(description="Number; without gaps.")
    at: dt.datetime
    actor: str = Field(description="account:…, key:…, kiosk:…, anonymous or command:….")
    address: str | None = Field(description="From where.")
    action: str
    subject: str
    division: str | None = Field(description="Where it lies; 12 digits.")
    reason: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    row_hash: str = Field(description="SHA-256 over the entry before and this one, hexadecimal.")


class AuditPage(Answer):
    """One page of the audit, the newest entry first."""

    items: list[AuditEntryOut]
    numberReturned: int  # noqa: N815 - as in all lists
    links: list[Link]
