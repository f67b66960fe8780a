"""What is told of an operation: grids as they are now, and what it means for people."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from sqlalchemy.orm import Session

from gis.boundaries.drafts.ground import Ground
from gis.boundaries.drafts.impact import Band, Impact, Shift, impact_of
from gis.boundaries.drafts.model import Changeset, DraftGrid, ShownGrid
from gis.boundaries.drafts.queries import read_grids
from gis.core.editing import Plan
from gis.core.geodesy import area_m2


@dataclass(frozen=True, slots=True)
class Step:
    """An operation worked out on a draft.

    Attributes
    ----------
    rows
        The rows that hold the working state afterwards.
    replaced
        The rows that they replace.
    """

    plan: Plan
    ground: Ground
    rows: list[DraftGrid]
    replaced: list[DraftGrid]
    shift: Shift

    @property
    def concerned(self) -> set[str]:
        """Codes of the grids that it is about: not those that only get a vertex."""
        changes = (change for change in self.plan.changes if change.action != "node_only")
        return {self.ground.code_of(change.code) for change in changes}


def preview_of(session: Session, changeset: Changeset, step: Step, band: Band) -> Impact:
    """Say what an operation does to people and work, on top of all that the draft did before."""
    rows = read_grids(session, changeset, with_shape=False)
    rows |= {row.code: row for row in step.rows if row.action is not None}
    for row in step.rows:
        if row.action is None:
            rows.pop(row.code, None)
    hidden = {code for code, _ in step.ground.hidden.values()}
    concerned = step.concerned - hidden
    visible = {code: row for code, row in rows.items() if code not in hidden}
    states = {state.code: state for state in step.plan.after}
    return impact_of(
        session,
        changeset.county_code,
        rows=visible,
        states=states,
        concerned=concerned,
        shifts=[step.shift],
        band=band,
    )


def seen_shift(shift: Shift, ground: Ground) -> Shift:
    """Return what moves, with None for grids that whoever asks may not see."""

    def told(code: str | None) -> str | None:
        return None if code is None or not ground.is_seen(code) else code

    faces = [
        face._replace(from_code=told(face.from_code), to_code=told(face.to_code))
        for face in shift.faces
    ]
    moves = [
        replace(move, from_code=told(move.from_code), to_code=told(move.to_code))
        for move in shift.moves
    ]
    return Shift(faces, moves)


def shown_after(step: Step) -> list[ShownGrid]:
    """Return the grids concerned as they are now, those left out that may not be seen."""
    actions = {row.code: row.action for row in step.rows}
    seen = [change for change in step.plan.changes if step.ground.is_seen(change.code)]
    states = [change.after for change in seen if change.after is not None]
    shapes = np.empty(len(states), dtype=object)
    shapes[:] = [state.geometry for state in states]
    areas = dict(zip([s.code for s in states], area_m2(shapes).tolist(), strict=True))
    found = []
    for change in seen:
        state = change.after or change.before
        if state is None:
            continue
        found.append(
            ShownGrid(
                code=change.code,
                action=actions[change.code],
                name=state.name,
                kind=state.kind,
                division=state.division_code,
                area_m2=areas.get(change.code),
                is_stale=False,
                geometry=None if change.after is None else shapely.to_geojson(state.geometry),
            )
        )
    return found
