"""People's data, as they come in and go out."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.deps.common import Day, Printable
from api.schemas.common import Answer

Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=4, max_length=200),
    Printable,
    Field(description="Why; kept in the audit. Name the event, never a phone number."),
]
Phone = Annotated[str, StringConstraints(min_length=1, max_length=40), Printable]


class ReporterIn(BaseModel):
    """Who reported an event; encrypted, and shown to nobody who does not say why."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(max_length=64), Printable] | None = None
    phone: Phone | None = None


class PersonIn(ReporterIn):
    """A person's data; what is not given is no longer stored."""

    address: Annotated[str, StringConstraints(max_length=200), Printable] | None = None
    id_no: Annotated[str, StringConstraints(max_length=18), Printable] | None = Field(
        default=None, description="Refused unless the key file allows it."
    )
    retain_until: Day | None = Field(default=None, description="Erased after this day.")


class UnmaskIn(BaseModel):
    """Why somebody wants to see a person's data."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class PhoneSearchIn(UnmaskIn):
    """Whose phone number is this, and why somebody wants to know."""

    phone: Phone


class PersonOut(Answer):
    """A person's data; null where nothing is stored."""

    subject: Literal["household", "event", "staff"]
    number: str = Field(description="household_no, event_no or staff_no.")
    county: str = Field(description="Six digits.")
    masked: bool
    name: str | None
    phone: str | None
    address: str | None
    id_no: str | None
    retain_until: dt.date | None = Field(description="Erased after this day.")
    updated_at: dt.datetime


class PersonsFound(Answer):
    """Whose phone number it is; masked, at most 100."""

    items: list[PersonOut]
    numberReturned: int  # noqa: N815 - as in all lists
