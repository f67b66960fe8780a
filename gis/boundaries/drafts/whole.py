"""A whole draft at once: proved again, and weighed against what is published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from gis.boundaries.drafts.ground import GivenCodes, Ground, read_ground
from gis.boundaries.drafts.impact import Band, Impact, impact_of, shift_of
from gis.boundaries.drafts.keeping import kept_impact
from gis.boundaries.drafts.model import Changeset, DraftGrid
from gis.boundaries.drafts.operating import STANDARD, planned_on
from gis.boundaries.drafts.queries import get_changeset, read_grids, shown_grids
from gis.boundaries.drafts.seeing import masked_all, seeing_whole, tops_of
from gis.boundaries.drafts.working import state_of
from gis.core.access import Actor
from gis.core.editing import GridChange, Neighbourhood, Replace, Replacement
from gis.core.editing.model import Reach
from gis.core.errors import EditRefused, Invalid
from gis.db.session import ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a whole draft is worth.

    Attributes
    ----------
    version
        Of the draft that was looked at.
    state
        ``publishable``; ``empty`` where it changes nothing; ``stale`` where it has to be rebased
        first; ``refused``.
    stale
        Codes of its grids that others published meanwhile.
    errors, warnings
        As `gis.core.editing.Fault.as_document`.
    """

    version: int
    state: Literal["publishable", "empty", "stale", "refused"]
    stale: list[str]
    errors: list[dict[str, Any]]
    warnings: list[dict[str, Any]]


def validate(session: ReadSession | WriteSession, actor: Actor, changeset_id: int) -> Verdict:
    """Prove a whole draft anew: all its grids at once, in the place of the published ones.

    Parameters
    ----------
    session
        Its scope decides what there is.
    actor
        Who is told of it.
    changeset_id
        Which draft.

    Returns
    -------
    Verdict
        The tiling, township by township; sizes and layers; and what was published meanwhile.
        Nothing that its operations have warned about is left out.

    Raises
    ------
    NotFound
        There is no such draft, or not for whoever asks.
    """
    changeset = get_changeset(session, changeset_id)
    with seeing_whole(session):
        rows = read_grids(session, changeset)
        meant = [row for row in rows.values() if row.action != "node_only"]
        tops = tops_of(actor)
        shown = shown_grids(session, changeset, tops)
        stale = [grid.code for grid in shown if grid.is_stale]
        errors: list[dict[str, Any]] = []
        warnings: list[dict[str, Any]] = []
        for layer in _layers(meant):
            found = _judged(session, changeset, layer, tops)
            errors += found[0]
            warnings += found[1]
    state: Literal["publishable", "empty", "stale", "refused"] = "publishable"
    if not meant:
        state = "empty"
    elif stale:
        state = "stale"
    elif errors:
        state = "refused"
    return Verdict(changeset.version, state, stale, errors, warnings)


def preview(
    session: ReadSession | WriteSession, actor: Actor, changeset_id: int, band: Band = STANDARD
) -> Impact:
    """Weigh a whole draft against what is published: who moves where, and how even it becomes.

    Parameters
    ----------
    session
        Its scope decides what there is.
    actor
        Who is told of it; grids that he may not see are left out.
    changeset_id
        Which draft.
    band
        How many households a grid should have.

    Returns
    -------
    Impact
        Counted anew from the moved areas; of a published draft, as it was when it was handed in.

    Raises
    ------
    NotFound
        There is no such draft, or not for whoever asks.
    """
    changeset = get_changeset(session, changeset_id)
    kept = kept_impact(session, changeset) if changeset.state == "published" else None
    return kept or weigh(session, changeset, tops_of(actor), band)


def weigh(
    session: ReadSession | WriteSession,
    changeset: Changeset,
    tops: list[str] | None = None,
    band: Band = STANDARD,
) -> Impact:
    """Weigh a draft; see `preview`.

    Parameters
    ----------
    session
        Of the server.
    changeset
        Which draft.
    tops
        Divisions of which is told, with all below; None for everything.
    band
        How many households a grid should have.

    Returns
    -------
    Impact
    """
    with seeing_whole(session):
        rows = read_grids(session, changeset)
        taken = GivenCodes(session, is_kept=False)
        aliases = dict[str, str]()
        near = Reach(tuple(rows), tuple(_bounds(rows.values())))
        after = read_ground(session, changeset, near, taken, tops, aliases=aliases)
        before = read_ground(session, changeset, near, taken, tops, drafted=False, aliases=aliases)
        changes = list(_changes(rows, before, after))
        real = {alias: code for g in (before, after) for alias, (code, _) in g.hidden.items()}
        around = (before.neighbourhood, after.neighbourhood)
        shifts = [
            shift_of(session, layer, around, real) for layer in _changes_by_layer(changes) if layer
        ]
        moved: dict[str, dict[str, int]] = {}
        for shift in shifts:
            moved |= shift.by_grid()
        told = {change.code for change in changes}
        fresh = {
            code: DraftGrid(
                code,
                row.action,
                row.base_version_id,
                row.name,
                row.kind,
                row.division_code,
                moved=moved.get(code, {}),
            )
            for code, row in rows.items()
            if code in told
        }
        concerned = [code for code, row in fresh.items() if row.action != "node_only"]
        states = {state.code: state for state in after.neighbourhood}
        return impact_of(
            session,
            changeset.county_code,
            rows=fresh,
            states=states,
            concerned=concerned,
            shifts=shifts,
            band=band,
        )


def _layers(rows: Iterable[DraftGrid]) -> list[list[DraftGrid]]:
    known = list(rows)
    layers = (
        [row for row in known if (row.kind == "exclusive") == is_exclusive]
        for is_exclusive in (False, True)
    )
    return [layer for layer in layers if layer]


def _judged(
    session: ReadSession | WriteSession,
    changeset: Changeset,
    rows: list[DraftGrid],
    tops: list[str] | None,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return errors and warnings of the grids of one layer, put in place all at once."""
    after = [state_of(row) for row in rows if row.geometry is not None]
    retired = tuple(row.code for row in rows if row.geometry is None)
    if not after:
        return [], []  # exclusive grids that are only retired
    operation = Replace(
        tuple(Replacement(s.code, s.geometry, s.kind, s.division_code, s.name) for s in after),
        retired,
    )
    taken = _Known(GivenCodes(session, is_kept=False), {row.code for row in rows})
    reach = Reach(tuple(row.code for row in rows), tuple(_bounds(rows)))
    ground = read_ground(session, changeset, reach, taken, tops, drafted=False)
    try:
        planned = planned_on(changeset, ground, operation, taken)
    except EditRefused as refused:
        return list(refused.extra["errors"]), []
    except Invalid as error:
        return [_plain_error(error)], []
    return [], masked_all(planned.warnings)


class _Known(GivenCodes):
    """Codes that were given, without those that this draft gave itself."""

    def __init__(self, codes: GivenCodes, own: set[str]) -> None:
        self._codes = codes
        self._own = own

    def __contains__(self, code: object) -> bool:
        return code not in self._own and code in self._codes


def _plain_error(error: Invalid) -> dict[str, Any]:
    return {
        "code": "GEOM_INVALID",
        "severity": "error",
        "detail": error.detail,
        "detail_zh": error.detail_zh,
        "grids": [],
        "geometry": None,
        "measure": None,
        "unit": None,
        "fix": None,
    }


def _bounds(rows: Iterable[DraftGrid]) -> list[tuple[float, float, float, float]]:
    shapes = [state_of(row).geometry for row in rows if row.geometry is not None]
    return [shape.bounds for shape in shapes]


def _changes(rows: dict[str, DraftGrid], before: Ground, after: Ground) -> Iterable[GridChange]:
    """Yield what the draft makes of each of its grids; aliases stand for those not seen."""
    aliases = {code: alias for g in (before, after) for alias, (code, _) in g.hidden.items()}
    for code, row in rows.items():
        if row.action is None:
            continue
        was = _of(before.neighbourhood, code, aliases)
        now = _of(after.neighbourhood, code, aliases)
        if was is not None or now is not None:
            yield GridChange(row.action, aliases.get(code, code), was, now)


def _of(grids: Neighbourhood, code: str, aliases: dict[str, str]) -> Any:
    return grids.get(aliases.get(code, code))


def _changes_by_layer(changes: list[GridChange]) -> list[list[GridChange]]:
    def is_exclusive(change: GridChange) -> bool:
        state = change.after or change.before
        return state is not None and state.layer == "exclusive"

    return [
        [change for change in changes if is_exclusive(change) == wanted] for wanted in (False, True)
    ]
