"""The one MetaData, the names of constraints, and the columns that many tables share."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, DateTime, Identity, MetaData, SmallInteger, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

from gis.core.crs import STORED_SRID

NAMES = {
    "pk": "%(table_name)s_pkey",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "ck": "%(table_name)s_%(constraint_name)s_check",
}


class Base(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy, never changed
        dict[str, Any]: JSONB,
        dt.datetime: DateTime(timezone=True),
    }


#: Six digits; part of the key of every large table, so that Citus can distribute it (ADR 0001).
CountyKey = Annotated[str, mapped_column(String(6), primary_key=True)]
CountyCode = Annotated[str, mapped_column(String(6))]
#: Twelve digits: 411421103228.
DivisionCode = Annotated[str, mapped_column(String(12))]
#: Fifteen digits, or 17 for a micro-grid: 411421103228003.
GridCode = Annotated[str, mapped_column(String(17))]
SerialKey = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
BigInt = Annotated[int, mapped_column(BigInteger)]
SmallInt = Annotated[int, mapped_column(SmallInteger)]
CreatedAt = Annotated[
    dt.datetime, mapped_column(DateTime(timezone=True), server_default=func.now())
]


def point_column() -> Any:
    """Return a column of canonical CGCS2000 points; its GiST index is named by the table."""
    return mapped_column(Geometry("POINT", srid=STORED_SRID, spatial_index=False))


def multipolygon_column() -> Any:
    """Return a column of canonical CGCS2000 polygons (one type: MultiPolygon, ADR 0005)."""
    return mapped_column(Geometry("MULTIPOLYGON", srid=STORED_SRID, spatial_index=False))
