"""Persons, as the service hands them out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, get_args

from gis.privacy.sealing import Context

SubjectKind = Literal["household", "event", "staff"]
SUBJECTS: tuple[SubjectKind, ...] = get_args(SubjectKind)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a person's data belong to, found by the number that people quote.

    Attributes
    ----------
    kind
        ``household``, ``event`` or ``staff``.
    number
        household_no, event_no or staff_no.
    county_code
        Six digits.
    subject_id
        Its key.
    division_code
        Where it lies: the division of its basic grid or posting, else the county.
    """

    kind: SubjectKind
    number: str
    county_code: str
    subject_id: int
    division_code: str

    @property
    def name(self) -> str:
        """Return what it is called in the audit."""
        return f"{self.kind}:{self.number}"

    @property
    def context(self) -> Context:
        """Return what its data are bound to."""
        return Context(self.county_code, self.kind, self.subject_id)


@dataclass(frozen=True, slots=True)
class Person:
    """A person's data, masked or plain.

    Attributes
    ----------
    subject, number
        What the person belongs to.
    county
        Six digits.
    fields
        Those that are stored: name, phone, address, id_no.
    is_masked
        Whether they are behind their masks.
    retain_until
        They are erased after this day; None keeps them until somebody erases them.
    updated_at
        When they were last written.
    """

    subject: str
    number: str
    county: str
    fields: dict[str, str]
    is_masked: bool
    retain_until: dt.date | None
    updated_at: dt.datetime

    def __repr__(self) -> str:
        """Return the person without the data: tracebacks and logs print this."""
        return f"Person({self.subject}:{self.number})"
