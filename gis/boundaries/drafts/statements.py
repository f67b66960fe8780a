"""The statements of this package that have files of their own, read and parsed once."""

from __future__ import annotations

from functools import cache

from sqlalchemy import TextClause, text

from gis.db.sql import read_sql


@cache
def statement(name: str) -> TextClause:
    """Return the statement of ``sql/<name>.sql``."""
    return text(read_sql(__file__, name))
