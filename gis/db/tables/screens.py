"""What wall screens are told to show."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gis.db.tables.base import Base, CreatedAt, DivisionCode, SerialKey


class Playlist(Base):
    """Where the tour of a wall screen stops, and what it shows there."""

    __tablename__ = "playlist"
    __table_args__ = (
        UniqueConstraint("division_code", "name", name="playlist_division_code_name_key"),
        CheckConstraint("jsonb_typeof(stops) = 'array'", name="stops"),
    )

    playlist_id: Mapped[SerialKey]
    division_code: Mapped[DivisionCode] = mapped_column(ForeignKey("division.code"))
    name: Mapped[str]
    stops: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, comment="in their order: division, mode, heat, seconds"
    )
    version: Mapped[int] = mapped_column(server_default=text("1"))
    changed_by: Mapped[str]
    changed_at: Mapped[CreatedAt]
