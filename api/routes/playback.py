"""A period played back: figures and heat in steps, told by the grids of then."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Depends, Query, Request, Response
from numpy.typing import ArrayLike

from api.admission.security import Asking
from api.answers import json_answer
from api.deps.common import (
    CoveredDivisionAsked,
    Day,
    ReadSession,
    ServedReading,
    refused,
)
from api.filming import FilmAnswer
from api.pages.shell import home_of
from api.routes.maps import Category, require_coarse
from api.schemas.common import problems
from api.schemas.playback import PlaybackAnswer
from gis.core.access import Actor, Power
from gis.playback import CHANGE_COLUMNS, MOST_STEPS, Playback, StepLength, read_playback
from gis.playback.film import MOST_PICTURES, read_film
from gis.tiles import HeatLattice

router = APIRouter(prefix="/api/v1", tags=["maps"])

Hours = Annotated[
    int | None,
    Query(ge=1, le=MOST_STEPS, description="Only the last so many hours, each one a step."),
]


def _played(
    *,
    session: ReadSession,
    served: ServedReading,
    actor: Asking,
    from_: Annotated[Day, Query(alias="from", description="First day (included).")],
    to: Annotated[Day, Query(description="Last day (included).")],
    step: Annotated[
        StepLength | None,
        Query(description=f"Of each picture; at most {MOST_STEPS} are made. Chosen without it."),
    ] = None,
    hours: Hours = None,
    category: Category = None,
    division: CoveredDivisionAsked = None,
    cell_m: Annotated[
        int | None, Query(description="Side of a cell of heat, m; without it there is no heat.")
    ] = None,
) -> Playback:
    """Read what is asked for, as far as whoever asks may see it."""
    if from_ > to:
        raise refused("to", "must not lie before `from`")
    if cell_m is not None:
        require_coarse(actor, cell_m)
    _, south, _, north = served.profile.bounds
    return read_playback(
        session,
        from_,
        to,
        length=step,
        category=category,
        division=division,
        lattice=None if cell_m is None else HeatLattice(cell_m, (south + north) / 2),
        last_hours=hours,
        finest=_finest(actor),
    )


Played = Annotated[Playback, Depends(_played, scope="function")]


@router.get("/playback", response_model=PlaybackAnswer, responses=problems(404))
def get_playback(played: Played) -> Response:
    """Tell by step, grid and cell what was reported, closed and open, for a slider over time."""
    return json_answer(told(played))


def told(played: Playback) -> dict[str, Any]:
    """Return a playback as it goes out."""
    changes = [step.changes for step in played.steps]
    heat = played.heat
    return {
        "step": played.length,
        "most_steps": MOST_STEPS,
        "generations": played.generations,
        "steps": [
            {"start": one.start, "end": one.end, "generation": one.generation} | asdict(one.totals)
            for one in played.steps
        ],
        "grids": {
            "codes": played.codes,
            "exclusive": played.exclusive,
            "index": [_apart(one.grids) for one in changes],
        }
        | {name: [_unless_none(getattr(one, name)) for one in changes] for name in CHANGE_COLUMNS},
        "heat": heat
        and {
            "cell_m": heat.cell_m,
            "cell_area_km2": heat.cell_area_km2,
            "lon": heat.lon.round(6).tolist(),
            "lat": heat.lat.round(6).tolist(),
            "cells": [_apart(cells) for cells in heat.cells],
            "events": [events.tolist() for events in heat.events],
        },
    }


def _unless_none(counts: list[int]) -> list[int]:
    """Return a column, or nothing where it holds only zeros."""
    return counts if any(counts) else []


def _apart(places: ArrayLike) -> list[int]:
    """Return each place less the one before it: small numbers pack well."""
    apart: list[int] = np.diff(np.asarray(places, dtype=np.int64), prepend=-1).tolist()
    return apart


@router.get(
    "/playback.gif",
    response_class=Response,
    responses=problems(404) | {200: {"content": {"image/gif": {}}}},
)
def get_film(
    *,
    request: Request,
    session: ReadSession,
    served: ServedReading,
    actor: Asking,
    from_: Annotated[Day, Query(alias="from", description="First day (included).")],
    to: Annotated[Day, Query(description="Last day (included).")],
    step: Annotated[
        StepLength | None, Query(description=f"Of each picture; at most {MOST_PICTURES}.")
    ] = None,
    hours: Hours = None,
    category: Category = None,
    division: CoveredDivisionAsked = None,
    mode: Annotated[
        Literal["events", "closing_rate", "heat"],
        Query(description="What the map shows: sums so far by grid, or the heat of each step."),
    ] = "events",
    lang: Annotated[Literal["zh", "en"], Query(description="Of the words.")] = "zh",
    width: Annotated[int, Query(description="Pixels: 640, 960 or 1280.")] = 960,
) -> Response:
    """Draw a period as an animation. One is drawn at a time; it takes up to a minute or so."""
    if from_ > to:
        raise refused("to", "must not lie before `from`")
    film = read_film(
        session,
        division or home_of(actor) or served.deployment.root_code,
        from_,
        to,
        mode=mode,
        language=lang,
        approval=request.app.state.settings.map_approval,
        width=width,
        length=step,
        last_hours=hours,
        category=category,
        finest=_finest(actor),
    )
    return FilmAnswer(film, request.app.state)


def _finest(actor: Actor) -> StepLength:
    return StepLength.HOUR if actor.may(Power.READ) else StepLength.DAY
