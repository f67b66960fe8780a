"""Read and write drafts, their logs and their working states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy import func, null, text, update
from sqlalchemy.orm import Session

from gis.boundaries.drafts.model import COUNTY_DIGITS, Changeset, DraftGrid, Operation, ShownGrid
from gis.boundaries.drafts.statements import statement
from gis.boundaries.telling import tell_changeset
from gis.core.errors import NotFound
from gis.db import tables
from gis.db.session import ReadSession, WriteSession

#: What is written where a draft is not, or no longer, to be published on its day.
UNSCHEDULED: dict[str, Any] = {
    "scheduled_at": None,
    "scheduled_by": None,
    "schedule_refusal": null(),
}
_EVERYTHING: dict[str, Any] = dict.fromkeys(("changeset_id", "before", "states", "author", "scope"))


def find_changesets(session: Session, *, limit: int, **wanted: Any) -> list[Changeset]:
    """Return drafts, the newest first; `wanted` names parameters of ``changesets.sql``."""
    rows = session.execute(statement("changesets"), _EVERYTHING | wanted | {"limit": limit})
    return [Changeset(**row._mapping) for row in rows]


def get_changeset(session: ReadSession | WriteSession, changeset_id: int) -> Changeset:
    """Return one draft.

    Parameters
    ----------
    session
        Reads; its scope decides what there is.
    changeset_id
        Its number.

    Returns
    -------
    Changeset

    Raises
    ------
    NotFound
        There is no such draft, or not for whoever asks.
    """
    found = find_changesets(session, limit=1, changeset_id=changeset_id)
    if not found:
        raise NotFound(
            f"There is no changeset {changeset_id}.",
            zh=f"没有编号为 {changeset_id} 的调整方案。",
            changeset_id=changeset_id,
        )
    return found[0]


def lock_row(session: WriteSession, changeset_id: int) -> None:
    """Keep everybody else from writing to a draft until the transaction ends."""
    session.execute(
        text("SELECT FROM changeset WHERE changeset_id = :changeset_id FOR UPDATE"),
        {"changeset_id": changeset_id},
    )


def add_changeset(session: WriteSession, **values: Any) -> int:
    """Write a new draft and return its number."""
    statement = text(
        "INSERT INTO changeset (county_code, title, reason, author, base_generation,"
        " effective_from, scope_codes) VALUES (:county_code, :title, :reason, :author,"
        " :base_generation, :effective_from, :scope_codes) RETURNING changeset_id"
    )
    number = int(session.execute(statement, values).scalar_one())
    tell_changeset(
        session,
        number,
        version=1,
        state="draft",
        by=values["author"],
        scope_codes=values["scope_codes"],
    )
    return number


def set_fields(session: WriteSession, changeset: Changeset, *, by: str, **values: Any) -> None:
    """Change columns of a draft; its version grows by one, and those who see it are told.

    Parameters
    ----------
    session
        Holds the draft's lock.
    changeset
        Which one.
    by
        Name of the actor who does it.
    **values
        Column → new value.
    """
    row = tables.Changeset
    now = session.execute(
        update(row)
        .where(row.county_code == changeset.county_code, row.changeset_id == changeset.changeset_id)
        .values(version=row.version + 1, updated_at=func.clock_timestamp(), **values)
        .returning(row.version, row.state, row.scope_codes)
        .execution_options(synchronize_session=False)
    ).one()
    tell_changeset(session, changeset.changeset_id, by=by, **now._mapping)


def shown_grids(
    session: Session,
    changeset: Changeset,
    tops: list[str] | None = None,
    codes: Iterable[str] | None = None,
) -> list[ShownGrid]:
    """Return grids of the working state.

    Parameters
    ----------
    session
        Reads.
    changeset
        Whose.
    tops
        Divisions that whoever asks sees; None for all that the session sees.
    codes
        Only these, also those that the draft leaves as they are; None for all that it touches.

    Returns
    -------
    list of ShownGrid
        By code.
    """
    rows = session.execute(
        statement("shown_grids"),
        {
            **_key(changeset),
            "tops": tops,
            "codes": None if codes is None else list(codes),
        },
    )
    return [ShownGrid(**row._mapping) for row in rows]


def read_grids(
    session: Session,
    changeset: Changeset,
    codes: Iterable[str] | None = None,
    *,
    with_shape: bool = True,
) -> dict[str, DraftGrid]:
    """Return rows of the working state by code.

    Parameters
    ----------
    session
        Reads.
    changeset
        Whose.
    codes
        Only these; None for all.
    with_shape
        Whether geometry and attributes are needed.

    Returns
    -------
    dict
        Code → row.
    """
    rows = session.execute(
        text(
            "SELECT code, action, base_version_id, name, kind, division_code,"
            "       CASE WHEN :with_shape THEN CAST(geom AS text) END AS geometry,"
            "       CASE WHEN :with_shape THEN attributes ELSE '{}' END AS attributes, moved"
            "  FROM changeset_grid"
            " WHERE county_code = :county AND changeset_id = :changeset_id"
            "   AND (CAST(:codes AS varchar[]) IS NULL OR code = ANY(CAST(:codes AS varchar[])))"
        ),
        {
            **_key(changeset),
            "codes": None if codes is None else list(codes),
            "with_shape": with_shape,
        },
    )
    return {row.code: DraftGrid(**row._mapping) for row in rows}


def write_rows(session: WriteSession, changeset: Changeset, rows: Sequence[DraftGrid]) -> None:
    """Make rows the working state of their grids; those without an action are taken out."""
    gone = [row.code for row in rows if row.action is None]
    if gone:
        session.execute(
            text(
                "DELETE FROM changeset_grid WHERE county_code = :county"
                " AND changeset_id = :changeset_id AND code = ANY(:codes)"
            ),
            {**_key(changeset), "codes": gone},
        )
    if len(gone) < len(rows):
        document = orjson.dumps([asdict(row) for row in rows]).decode()
        session.execute(statement("write_grids"), {**_key(changeset), "rows": document})


def without_unchanged(
    session: Session, rows: Sequence[DraftGrid], prior: Mapping[str, DraftGrid]
) -> list[DraftGrid]:
    """Return rows, without an action where the grid has become what is published again."""
    again = {
        row.code: row.base_version_id
        for row in rows
        if row.action in ("modify", "node_only") and row.code in prior
    }
    if not again:
        return list(rows)
    found = session.execute(
        text(
            "SELECT grid_version_id, name, kind, division_code, CAST(geom AS text) AS geometry,"
            "       attributes FROM grid_version"
            " WHERE county_code = ANY(:counties) AND grid_version_id = ANY(:ids)"
        ),
        # The county is part of the key by which versions are found.
        {
            "counties": sorted({(row.division_code or "")[:COUNTY_DIGITS] for row in rows}),
            "ids": list(again.values()),
        },
    )
    base = {one.grid_version_id: tuple(one)[1:] for one in found}
    return [
        DraftGrid(row.code, None)
        if row.code in again and base.get(again[row.code]) == _content(row)
        else row
        for row in rows
    ]


def _content(row: DraftGrid) -> tuple[Any, ...]:
    return row.name, row.kind, row.division_code, row.geometry, row.attributes


def list_operations(
    session: ReadSession | WriteSession, changeset: Changeset, *, limit: int = 10_000
) -> list[Operation]:
    """Return the log of a draft, the oldest first, without what was dropped for good.

    Parameters
    ----------
    session
        Reads.
    changeset
        Whose.
    limit
        At most so many, the newest ones.

    Returns
    -------
    list of Operation
    """
    rows = session.execute(
        text(
            "SELECT op_no, operation, parameters, is_undone, author, created_at, outcome"
            "  FROM changeset_op WHERE county_code = :county AND changeset_id = :changeset_id"
            "   AND NOT is_dropped ORDER BY op_no DESC LIMIT :limit"
        ),
        {**_key(changeset), "limit": limit},
    )
    return [Operation(**row._mapping) for row in rows][::-1]


def next_operation(
    session: WriteSession, changeset: Changeset, *, is_undone: bool
) -> Operation | None:
    """Return the operation to be undone, or redone if `is_undone`; None where there is none."""
    row = session.execute(
        text(
            "SELECT op_no, operation, parameters, is_undone, author, created_at, outcome"
            "  FROM changeset_op WHERE county_code = :county AND changeset_id = :changeset_id"
            "   AND NOT is_dropped AND is_undone = :is_undone"
            " ORDER BY CASE WHEN :is_undone THEN op_no ELSE -op_no END LIMIT 1"
        ),
        {**_key(changeset), "is_undone": is_undone},
    ).one_or_none()
    return None if row is None else Operation(**row._mapping)


def read_rows(
    session: WriteSession, changeset: Changeset, op_no: int
) -> tuple[list[DraftGrid], list[DraftGrid]]:
    """Return the rows that an operation replaced, and those that it wrote."""
    row = session.execute(
        text(
            "SELECT before, after FROM changeset_op WHERE county_code = :county"
            " AND changeset_id = :changeset_id AND op_no = :op_no"
        ),
        {**_key(changeset), "op_no": op_no},
    ).one()
    return [DraftGrid(**one) for one in row.before], [DraftGrid(**one) for one in row.after]


def add_operation(
    session: WriteSession,
    changeset: Changeset,
    *,
    author: str,
    parameters: Mapping[str, Any],
    rows: tuple[Sequence[DraftGrid], Sequence[DraftGrid]],
    outcome: Mapping[str, Any],
) -> int:
    """Add an operation to the log, and return its number; what was undone is dropped for good."""
    before, after = rows
    given = [row.code for row in after if row.action == "create"]
    return int(
        session.execute(
            statement("add_operation"),
            {
                **_key(changeset),
                "operation": parameters["op"],
                "parameters": orjson.dumps(dict(parameters)).decode(),
                "before": orjson.dumps([asdict(row) for row in before]).decode(),
                "after": orjson.dumps([asdict(row) for row in after]).decode(),
                "outcome": orjson.dumps(dict(outcome)).decode(),
                "given": given,
                "author": author,
            },
        ).scalar_one()
    )


def mark_operation(
    session: WriteSession, changeset: Changeset, op_no: int, *, is_undone: bool
) -> None:
    """Say whether an operation is undone."""
    session.execute(
        text(
            "UPDATE changeset_op SET is_undone = :is_undone WHERE county_code = :county"
            " AND changeset_id = :changeset_id AND op_no = :op_no"
        ),
        {**_key(changeset), "op_no": op_no, "is_undone": is_undone},
    )


def drop_operations(session: WriteSession, changeset: Changeset) -> None:
    """Undo all operations for good, and empty the working state: others are put in their place."""
    for deed in (
        "UPDATE changeset_op SET is_undone = true, is_dropped = true"
        " WHERE county_code = :county AND changeset_id = :changeset_id",
        "DELETE FROM changeset_grid WHERE county_code = :county AND changeset_id = :changeset_id",
    ):
        session.execute(text(deed), _key(changeset))


def _key(changeset: Changeset) -> dict[str, Any]:
    return {"county": changeset.county_code, "changeset_id": changeset.changeset_id}
