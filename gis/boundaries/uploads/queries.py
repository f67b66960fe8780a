"""Read and write uploads, and the grids that they are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis.boundaries.uploads.model import Upload
from gis.core.access import Actor
from gis.core.editing import GridState
from gis.core.errors import NotFound
from gis.db.session import ReadSession, WriteSession

KEPT_DAYS = 30
"""After so many days an upload is forgotten."""

_COLUMNS = (
    "county_code, boundary_upload_id, author, filename, size_bytes, state, scope_codes, settings,"
    " report, changeset_id, created_at"
)

_OF_ONE = "FROM boundary_upload WHERE county_code = :county AND boundary_upload_id = :number"


def add_upload(session: WriteSession, **values: Any) -> int:
    """Write a new upload, and return its number."""
    documents = {name: orjson.dumps(values[name]).decode() for name in ("settings", "report")}
    return int(
        session.execute(
            text(
                "INSERT INTO boundary_upload (county_code, author, filename, size_bytes,"
                "  scope_codes, content, settings, report, features)"
                " VALUES (:county_code, :author, :filename, :size_bytes, :scope_codes, :content,"
                "  CAST(:settings AS jsonb), CAST(:report AS jsonb), '[]')"
                " RETURNING boundary_upload_id"
            ),
            values | documents,
        ).scalar_one()
    )


def purge(session: Session) -> None:
    """Forget uploads that are old; the session sees the whole."""
    session.execute(
        text("DELETE FROM boundary_upload WHERE created_at < now() - make_interval(days => :days)"),
        {"days": KEPT_DAYS},
    )


def get_upload(
    session: ReadSession | WriteSession, actor: Actor, number: int, *, lock: bool = False
) -> Upload:
    """Return an upload of one's own.

    Parameters
    ----------
    session
        Its scope decides what there is.
    actor
        Who asks: a file is its author's own business until it is a changeset.
    number
        Which one.
    lock
        Whether nobody else may work on it until the transaction ends.

    Returns
    -------
    Upload

    Raises
    ------
    NotFound
        There is none of that number, or not for whoever asks.
    """
    row = session.execute(
        text(
            f"SELECT {_COLUMNS} FROM boundary_upload"  # noqa: S608 - our own names
            f" WHERE boundary_upload_id = :number AND author = :author {'FOR UPDATE' * lock}"
        ),
        {"number": number, "author": actor.name},
    ).one_or_none()
    if row is None:
        raise NotFound(
            f"There is no upload {number} of yours.",
            zh=f"没有您上传的编号为 {number} 的文件。",
            upload_id=number,
        )
    return Upload(**row._mapping)


def list_uploads(
    session: ReadSession | WriteSession, actor: Actor, limit: int = 50
) -> list[Upload]:
    """Return one's own uploads, the newest first."""
    rows = session.execute(
        text(
            f"SELECT {_COLUMNS} FROM boundary_upload WHERE author = :author"  # noqa: S608
            " ORDER BY boundary_upload_id DESC LIMIT :limit"
        ),
        {"author": actor.name, "limit": limit},
    )
    return [Upload(**row._mapping) for row in rows]


def read_content(session: Session, upload: Upload) -> bytes:
    """Return what was read of the file."""
    found = session.scalar(text(f"SELECT content {_OF_ONE}"), _key(upload))
    return bytes(found)


def read_features(session: Session, upload: Upload) -> list[Any]:
    """Return what would change, as GeoJSON features."""
    found: list[Any] = session.scalar(text(f"SELECT features {_OF_ONE}"), _key(upload))
    return found


def save_findings(
    session: WriteSession,
    upload: Upload,
    settings: dict[str, Any],
    report: dict[str, Any],
    features: list[Any],
) -> None:
    """Keep what was confirmed, and what was found."""
    session.execute(
        text(
            "UPDATE boundary_upload SET state = 'confirmed', settings = CAST(:settings AS jsonb),"
            " report = CAST(:report AS jsonb), features = CAST(:features AS jsonb)"
            " WHERE county_code = :county AND boundary_upload_id = :number"
        ),
        _key(upload)
        | {
            "settings": orjson.dumps(settings).decode(),
            "report": orjson.dumps(report).decode(),
            "features": orjson.dumps(features).decode(),
        },
    )


def mark_applied(session: WriteSession, upload: Upload, changeset_id: int) -> None:
    """Say which changeset was made of an upload."""
    session.execute(
        text(
            "UPDATE boundary_upload SET state = 'applied', changeset_id = :changeset_id"
            " WHERE county_code = :county AND boundary_upload_id = :number"
        ),
        _key(upload) | {"changeset_id": changeset_id},
    )


def stored_grids(session: Session, scope_codes: Sequence[str]) -> list[GridState]:
    """Return the grids of townships as they are published now, of both layers, by code.

    With those that belong to the county as such, where the session sees them.
    """
    rows = session.execute(
        text(
            "SELECT code, kind, division_code, name, attributes, ST_AsBinary(geom) AS wkb"
            "  FROM grid_version WHERE county_code = ANY(:counties)"
            "   AND upper_inf(generations) AND upper_inf(valid)"
            "   AND (left(division_code, 9) || '000' = ANY(CAST(:scope AS varchar[]))"
            "    OR division_code = county_code || '000000')"
            " ORDER BY code"
        ),
        {"counties": sorted({code[:6] for code in scope_codes}), "scope": list(scope_codes)},
    ).all()
    shapes = shapely.from_wkb([bytes(row.wkb) for row in rows])
    return [
        GridState(row.code, row.kind, row.division_code, shape, row.name, row.attributes)
        for row, shape in zip(rows, shapes, strict=True)
    ]


def townships(session: Session) -> list[tuple[str, list[str]]]:
    """Return the townships that the session sees: code, and path from the root."""
    rows = session.execute(
        text(
            "SELECT code, path FROM division WHERE right(code, 3) = '000'"
            " AND substr(code, 7, 3) <> '000' ORDER BY code"
        )
    )
    return [(row.code, row.path) for row in rows]


def _key(upload: Upload) -> dict[str, Any]:
    return {"county": upload.county_code, "number": upload.boundary_upload_id}


def find_edge(session: Session, county: str) -> Any | None:
    """Return the outline of a county as it is published now, in degrees; None without one."""
    wkb = session.scalar(
        text(
            "SELECT ST_AsBinary(geom) FROM division_outline WHERE county_code = :county"
            " AND division_code = :code AND upper_inf(generations) AND upper_inf(valid)"
        ),
        {"county": county, "code": f"{county}000000"},
    )
    return None if wkb is None else shapely.from_wkb(bytes(wkb))
