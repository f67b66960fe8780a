"""Who works in the grids, and the Party's organisation beside them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import DATERANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from gis.db.tables.base import Base, BigInt, CountyKey, CreatedAt, DivisionCode, SerialKey


class Staff(Base):
    """A person who works in grids; the phone is kept masked here."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("county_code", "staff_no"),)

    county_code: Mapped[CountyKey]
    staff_id: Mapped[SerialKey]
    staff_no: Mapped[str]
    name: Mapped[str]
    phone_masked: Mapped[str | None]


class Posting(Base):
    """Who does what, where, and since when; in a grid, or for a whole division."""

    __tablename__ = "posting"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "staff_id"], ["staff.county_code", "staff.staff_id"]),
        ForeignKeyConstraint(["county_code", "grid_id"], ["grid.county_code", "grid.grid_id"]),
        CheckConstraint("NOT isempty(valid)", name="valid"),
        Index("posting_division_code_role_idx", "division_code", "role"),
        Index("posting_grid_id_idx", "grid_id"),
    )

    county_code: Mapped[CountyKey]
    posting_id: Mapped[SerialKey]
    staff_id: Mapped[BigInt]
    role: Mapped[str]
    division_code: Mapped[DivisionCode] = mapped_column(ForeignKey("division.code"))
    grid_id: Mapped[BigInt | None]
    valid: Mapped[Range[dt.date]] = mapped_column(DATERANGE)


class PartyOrganisation(Base):
    """A grid Party branch or group (网格党支部, 党小组)."""

    __tablename__ = "party_organisation"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "grid_id"], ["grid.county_code", "grid.grid_id"]),
        CheckConstraint(
            "kind IN ('party_committee', 'party_general_branch', 'party_branch', 'party_group')",
            name="kind",
        ),
        Index("party_organisation_division_code_idx", "division_code"),
    )

    county_code: Mapped[CountyKey]
    party_organisation_id: Mapped[SerialKey]
    kind: Mapped[str]
    name: Mapped[str]
    division_code: Mapped[DivisionCode] = mapped_column(ForeignKey("division.code"))
    grid_id: Mapped[BigInt | None]


class PersonPrivate(Base):
    """Names, phones and addresses: ciphertext only, apart from everything else."""

    __tablename__ = "person_private"
    __table_args__ = (
        CheckConstraint("subject IN ('household', 'event', 'staff')", name="subject"),
        Index("person_private_phone_index_idx", "phone_index"),
        UniqueConstraint("county_code", "subject", "subject_id"),
    )

    county_code: Mapped[CountyKey]
    person_id: Mapped[SerialKey]
    subject: Mapped[str]
    subject_id: Mapped[BigInt]
    key_id: Mapped[str]
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary, comment="blind index")
    index_key_id: Mapped[str | None]
    retain_until: Mapped[dt.date | None] = mapped_column(comment="erased after this day")
    updated_at: Mapped[CreatedAt]
