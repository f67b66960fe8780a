"""Figures of a division."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Response

from api.admission.security import Asking
from api.admission.suppression import shown
from api.answers import json_answer
from api.deps.common import (
    CoveredDivision,
    OfThen,
    ReadSession,
    Reported,
    ServedReading,
    SnapshotAsked,
)
from api.schemas.common import problems
from api.schemas.stats import DivisionStats
from gis import statistics

router = APIRouter(prefix="/api/v1/divisions", tags=["figures"])


@router.get("/{code}/stats", response_model=DivisionStats, responses=problems(404))
def get_stats(
    *,
    code: CoveredDivision,
    session: ReadSession,
    snapshot: SnapshotAsked,
    days: Reported,
    served: ServedReading,
    actor: Asking,
    of_then: OfThen,
) -> Response:
    """Count all that lies in a division and below; rates state what was divided by what."""
    period = statistics.Period(days.first, days.last)
    found = statistics.division_figures(session, code, snapshot, period, of_then=of_then)
    events = found.events
    people = shown(actor, found.people)
    no_staff = {role.slug: 0 for role in served.profile.roles}
    return json_answer(
        {
            "division": found.division,
            "generation": snapshot.generation,
            "at": snapshot.day,
            "period": {"first": days.first, "last": days.last, "field": "reported_at"},
            "divisions": found.divisions,
            "grids": found.grids,
            "staff": no_staff | found.staff,
            "households": people["households"],
            "people": people,
            "party_organisations": found.party_organisations,
            "assets": found.assets,
            "events": asdict(events) | {"outside": found.events_outside},
            "rates": statistics.event_rates(events),
        }
    )
