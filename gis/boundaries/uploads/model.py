"""What is known of an upload (边界文件上传)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["read", "confirmed", "applied"]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way into a changeset.

    Attributes
    ----------
    state
        ``read``: its coordinate system has to be confirmed; ``confirmed``: what it would change
        is known; ``applied``: it is a changeset.
    scope_codes
        Townships (twelve digits) with whose grids it is compared.
    settings
        What was confirmed: ``crs``, ``columns``, ``snap_m``, ``accept``.
    report
        What was found; `docs/api.md` lists its members.
    changeset_id
        The draft that was made of it.
    """

    county_code: str
    boundary_upload_id: int
    author: str
    filename: str
    size_bytes: int
    state: State
    scope_codes: list[str]
    settings: dict[str, Any]
    report: dict[str, Any] = field(repr=False)
    changeset_id: int | None
    created_at: dt.datetime
