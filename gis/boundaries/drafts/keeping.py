"""What a draft did to people and work, as it was when it was handed in.

Of what is published there is no before any more, and reviewers decided on these figures.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy import text

from gis.boundaries.drafts.impact import (
    Balance,
    Band,
    GridImpact,
    Impact,
    MovedPart,
    TownshipImpact,
)
from gis.boundaries.drafts.model import Changeset
from gis.core.editing.model import TOWNSHIP_DIGITS
from gis.db.session import ReadSession, WriteSession

#: Under which name a draft keeps it, beside what its publication was answered.
KEPT = "impact"


def kept_document(impact: Impact) -> dict[str, Any]:
    """Return an impact as JSON knows it."""
    document: dict[str, Any] = orjson.loads(orjson.dumps(asdict(impact)))
    return document


def kept_impact(session: ReadSession | WriteSession, changeset: Changeset) -> Impact | None:
    """Return what a draft was handed in with, as far as the session sees its grids.

    Parameters
    ----------
    session
        Its scope decides which grids are told of.
    changeset
        Which draft.

    Returns
    -------
    Impact or None
        None where nothing was kept.
    """
    key = {"county": changeset.county_code, "changeset_id": changeset.changeset_id}
    document = session.scalar(
        text(
            "SELECT publication -> CAST(:kept AS text) FROM changeset"
            " WHERE county_code = :county AND changeset_id = :changeset_id"
        ),
        key | {"kept": KEPT},
    )
    if document is None:
        return None
    rows = session.execute(
        text(
            "SELECT code, division_code FROM changeset_grid"
            " WHERE county_code = :county AND changeset_id = :changeset_id"
        ),
        key,
    )
    return _seen(document, {row.code: row.division_code for row in rows})


def _seen(document: dict[str, Any], seen: dict[str, str]) -> Impact:
    """Return what is told to somebody who sees some of the grids."""
    townships = {f"{division[:TOWNSHIP_DIGITS]}000" for division in seen.values()}
    return Impact(
        band=Band(**document["band"]),
        grids=[GridImpact(**grid) for grid in document["grids"] if grid["code"] in seen],
        townships=[
            TownshipImpact(one["code"], _balance(one["before"]), _balance(one["after"]))
            for one in document["townships"]
            if one["code"] in townships
        ],
        moved=[
            MovedPart(**part | {name: _told(part[name], seen) for name in ("from_code", "to_code")})
            for part in document["moved"]
            if part["from_code"] in seen or part["to_code"] in seen
        ],
        totals=document["totals"],
    )


def _balance(document: dict[str, Any] | None) -> Balance | None:
    return None if document is None else Balance(**document)


def _told(code: str | None, seen: dict[str, str]) -> str | None:
    return code if code in seen else None
