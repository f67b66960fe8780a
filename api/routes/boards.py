"""A board: all figures of a division for one screen, in one answer."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response

from api.admission.security import Asking
from api.admission.suppression import shown, shown_column
from api.answers import json_answer
from api.deps.common import (
    CoveredDivision,
    ReadSession,
    Reported,
    Served,
    ServedReading,
    SnapshotAsked,
)
from api.kept.standing import standing
from api.schemas.boards import Board
from api.schemas.common import problems
from gis import statistics
from gis.core import clock
from gis.core.access import Actor, Power
from gis.profiles import Profile
from gis.statistics import board
from gis.statistics.board_model import BoardAsked, ClassCount, RunningFigures, StandingFigures

router = APIRouter(prefix="/api/v1/divisions", tags=["figures"])


@router.get("/{code}/board", response_model=Board, responses=problems(404))
def get_board(
    *,
    request: Request,
    code: CoveredDivision,
    session: ReadSession,
    snapshot: SnapshotAsked,
    days: Reported,
    served: ServedReading,
    actor: Asking,
) -> Response:
    """Count all that a screen shows of a division.

    Events are of this moment; who lives and works there is of a minute ago at most.
    """
    period = statistics.Period(days.first, days.last)
    asked = BoardAsked(code, snapshot, period, clock.now())
    key = (actor.scope(), code, snapshot, period)
    stands = standing(request.app.state).get(key, lambda: board.standing_figures(session, asked))
    runs = board.running_figures(session, asked, stands)
    may_read = actor.may(Power.READ)
    newest = board.newest_events(session, asked, stands.area) if may_read else []
    return json_answer(
        {
            "division": stands.division,
            "generation": snapshot.generation,
            "at": snapshot.day,
            "now": asked.now,
            "standing_at": stands.at,
            "period": {"first": days.first, "last": days.last, "field": "reported_at"},
            **_standing(stands, served, actor),
            **_running(runs, served.profile),
            "outliers": _outliers(stands, actor),
            "newest": newest,
            "levels": _levels(stands, served.profile),
            "calendar": _calendar(served.profile, asked),
        }
    )


def _standing(stands: StandingFigures, served: Served, actor: Actor) -> dict[str, Any]:
    people = shown(actor, stands.people)
    return {
        "divisions": stands.divisions,
        "grids": stands.grids,
        "staff": {role.slug: 0 for role in served.profile.roles} | stands.staff,
        "households": people["households"],
        "people": people,
        "party_organisations": stands.party_organisations,
        "assets": stands.assets,
    }


def _running(runs: RunningFigures, profile: Profile) -> dict[str, Any]:
    reported, closed = runs.today
    return {
        "today": {"reported": reported, "closed": closed},
        "events": asdict(runs.events) | {"outside": runs.outside},
        "rates": statistics.event_rates(runs.events),
        "trend": runs.trend,
        "classes": _classes(runs.classes, profile),
        "children": [
            asdict(row) | {"closing_rate": statistics.rate_of(row.closed, row.total)}
            for row in runs.children
        ],
    }


def _classes(counts: list[ClassCount], profile: Profile) -> list[dict[str, Any]]:
    """Return every class of the catalogue, and those that events still have from an older one."""
    known = {cls.code: (cls.name_zh, cls.name_en) for cls in profile.catalogue.classes}
    counted = {row.code: row for row in counts}
    rows = []
    for code in sorted(known | counted):
        zh, en = known.get(code, (code, code))
        count = counted.get(code, ClassCount(code, 0, 0))
        rows.append({"code": code, "zh": zh, "en": en, "total": count.total, "open": count.open})
    return rows


def _outliers(stands: StandingFigures, actor: Actor) -> list[statistics.Outlier]:
    """Return grids that stand out, without those whose households may not be told."""
    households = [row.households for row in stands.dwelt]
    villages = [(row.division, False) for row in stands.dwelt]
    return board.find_outliers(
        stands.dwelt, shown_column(actor, "households", households, villages)
    )


def _levels(stands: StandingFigures, profile: Profile) -> list[dict[str, Any]]:
    """Return the levels from the division down, the grids' own last, top down."""
    names = {level.slug: level for level in profile.levels}
    here = next(
        (n for n, level in enumerate(profile.levels) if level.slug == stands.division.level), 0
    )
    below = [level.slug for level in profile.levels[here:]]
    return [{"slug": s, "zh": names[s].name_zh, "en": names[s].name_en} for s in below]


def _calendar(profile: Profile, asked: BoardAsked) -> dict[str, Any]:
    calendar = profile.calendar
    return {
        "zh": calendar.name_zh,
        "en": calendar.name_en,
        "years": sorted(calendar.working.years),
        "is_known": not calendar.working.unknown_years([asked.snapshot.day.year]),
    }
