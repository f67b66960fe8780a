"""Read what a film needs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import shapely

from gis.core.errors import Invalid, NotFound
from gis.db.session import ReadSession
from gis.divisions import get_deployment
from gis.divisions.queries import get_reference
from gis.playback.film.model import MOST_PICTURES, SIZES, Film, Ground, Language, Mode
from gis.playback.queries import list_shapes
from gis.playback.reading import read_playback
from gis.playback.steps import StepLength
from gis.tiles import HeatLattice

#: Cells of heat, m: few pixels on any picture of a county.
CELL_M = 600


def read_film(
    session: ReadSession,
    division: str,
    first_day: dt.date,
    last_day: dt.date,
    *,
    mode: Mode,
    language: Language,
    approval: str,
    width: int = SIZES[1],
    **asked: Any,
) -> Film:
    """Read a period as a film.

    Parameters
    ----------
    session
        Reads; sees what whoever asks may see.
    division
        Twelve digits: what is shown.
    first_day, last_day
        Both included, in Asia/Shanghai.
    mode, language, approval, width
        See `Film`.
    **asked
        As for `read_playback`: length, category, finest, last_hours.

    Returns
    -------
    Film

    Raises
    ------
    Invalid
        There would be more than `MOST_PICTURES` pictures, or the width is not offered.
    NotFound
        The division does not exist or has no grids.
    """
    if width not in SIZES:
        raise Invalid(
            f"width must be one of {', '.join(map(str, SIZES))}, not {width}",
            zh=f"width 只能取 {'、'.join(map(str, SIZES))}",
        )
    name = get_reference(session, division).name
    deployment = get_deployment(session)
    inside = None if division == deployment.root_code else division
    _, south, _, north = _ground(session, division, None).bounds
    lattice = HeatLattice(CELL_M, (south + north) / 2)
    playback = read_playback(
        session,
        first_day,
        last_day,
        division=inside,
        lattice=lattice,
        easy=MOST_PICTURES,
        **asked,
    )
    _require_few(len(playback.steps), playback.length)
    grounds = {
        one.generation: _ground(session, division, one.generation) for one in playback.generations
    }
    return Film(playback, grounds, name, deployment.is_schematic, approval, mode, language, width)


def _ground(session: ReadSession, division: str, generation: int | None) -> Ground:
    """Return the basic grids of a generation; of the newest where none is named."""
    newest = generation or 2**62
    rows = [row for row in list_shapes(session, division, newest) if row.kind != "exclusive"]
    if not rows:
        raise NotFound(f"{division} has no grids to draw", zh=f"{division} 没有可绘制的网格")
    shapes = shapely.from_wkb(np.array([bytes(row.wkb) for row in rows], dtype=object))
    return Ground([row.code for row in rows], [row.part for row in rows], np.asarray(shapes))


def _require_few(pictures: int, length: StepLength) -> None:
    if pictures <= MOST_PICTURES:
        return
    coarser = {"hour": "day", "day": "week", "week": "month"}.get(length)
    remedy = f"ask for step={coarser}" if coarser else "choose a shorter period"
    zh = f"请改用 step={coarser}" if coarser else "请缩短时段"
    raise Invalid(
        f"{pictures} pictures by {length}, at most {MOST_PICTURES} make a film; {remedy}",
        zh=f"共 {pictures} 帧，动画最多 {MOST_PICTURES} 帧；{zh}",
        most_pictures=MOST_PICTURES,
    )
