"""Events: taken in once, listed, and one with its steps."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.admission.security import needs
from api.answers import GEOJSON, GeoJson, collection_answer, feature, json_answer, point, split_page
from api.cursors import read_time_cursor, write_time_cursor
from api.deps.common import (
    BBox,
    Division,
    GridCode,
    Limit,
    Locators,
    ReadSession,
    Reported,
    ReportSession,
    ServedWriting,
    Slug,
    SnapshotAsked,
    Text,
    refused,
)
from api.deps.guarded import ReportersKept
from api.schemas.common import problems
from api.schemas.events import EventCollection, EventHistoryFeature, EventIn
from gis import events
from gis.core import clock
from gis.core.access import Power
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession as Reader
from gis.db.session import as_reader
from gis.grids import current_generation
from gis.profiles import Phase

router = APIRouter(prefix="/api/v1/events", tags=["events"], dependencies=[needs(Power.READ)])


@router.post(
    "",
    dependencies=[needs(Power.REPORT)],
    response_class=GeoJson,
    response_model=EventHistoryFeature,
    status_code=201,
    responses={
        200: {"model": EventHistoryFeature, "description": "It had come before."},
        **problems(409),
    },
)
def report_event(
    *,
    body: EventIn,
    session: ReportSession,
    served: ServedWriting,
    locators: Locators,
    reporters: ReportersKept,
) -> Response:
    """Take in an event, filed into its grids. The same report again changes nothing."""
    report = events.report_event(session, body.to_event(), served.profile, locators.current)
    reader = as_reader(session)
    snapshot = Snapshot(current_generation(reader), clock.today())
    answer = _history(reader, report.event_no, snapshot)
    if body.reporter is not None and report.created:
        reporters.put(session, report.event_no, body.reporter.model_dump())
    return json_answer(
        answer,
        status=201 if report.created else 200,
        headers={"Location": f"/api/v1/events/{report.event_no}"},
        media_type=GEOJSON,
    )


def _filter(
    *,
    days: Reported,
    bbox: BBox,
    division: Division = None,
    grid: Annotated[GridCode | None, Query(description="Only those filed into this grid.")] = None,
    category: Annotated[
        str | None,
        Query(pattern="^[0-9]{1,6}$", description="First digits of the category code."),
    ] = None,
    state: Annotated[Slug | None, Query(description="Only this step.")] = None,
    phase: Annotated[str | None, Query(description="Only this canonical phase.")] = None,
    open_: Annotated[
        bool | None, Query(alias="open", description="Whether they are still open.")
    ] = None,
    overdue: Annotated[
        bool | None, Query(description="Whether they are open past their deadline (超时).")
    ] = None,
    source: Annotated[
        Text | None, Query(max_length=64, description="Only those of this system.")
    ] = None,
) -> events.EventFilter:
    if phase is not None and phase not in get_args(Phase):
        raise refused("phase", f"must be one of {', '.join(get_args(Phase))}")
    return events.EventFilter(
        division=division,
        grid=grid,
        from_day=days.first,
        to_day=days.last,
        category=category,
        state=state,
        phase=phase,
        is_open=open_,
        is_overdue=overdue,
        source=source,
        box=bbox,
    )


Filter = Annotated[events.EventFilter, Depends(_filter)]


@router.get(
    "", response_class=GeoJson, response_model=EventCollection, responses=problems(400, 404)
)
def list_events(
    *,
    request: Request,
    session: ReadSession,
    snapshot: SnapshotAsked,
    wanted: Filter,
    cursor: Annotated[
        str | None, Query(max_length=200, description="From the `next` link of an answer.")
    ] = None,
    limit: Limit = 100,
) -> Response:
    """List events, the newest report first."""
    before = events.EventKey(*read_time_cursor(cursor)) if cursor is not None else None
    rows = events.list_events(session, snapshot, wanted, before=before, limit=limit + 1)
    page, last = split_page(rows, limit)
    after = write_time_cursor(last.reported_at, last.event_id) if last else None
    features = [feature(point(row.lon, row.lat), _properties(row)) for row in page]
    return collection_answer(request, features, snapshot=snapshot, cursor=after)


@router.get(
    "/{event_no}",
    response_class=GeoJson,
    response_model=EventHistoryFeature,
    responses=problems(404),
)
def get_event(
    event_no: Annotated[str, Path(pattern="^[0-9]{20,32}$")],
    session: ReadSession,
    snapshot: SnapshotAsked,
) -> Response:
    """Return one event with its steps."""
    return json_answer(_history(session, event_no, snapshot), media_type=GEOJSON)


def _history(session: Reader, event_no: str, snapshot: Snapshot) -> dict[str, Any]:
    event = events.get_event(session, event_no, snapshot)
    properties = _properties(event) | {"steps": events.list_steps(session, event)}
    return feature(point(event.lon, event.lat), properties)


def _properties(event: events.Event) -> dict[str, Any]:
    values = asdict(event)
    for name in ("county_code", "event_id", "lon", "lat"):
        del values[name]
    position = {name: values.pop(f"position_{name}") for name in ("x", "y", "crs", "accuracy_m")}
    return values | {
        "position": position,
        "responsible": event.exclusive or event.basic,
        "outside": values.pop("is_outside"),
    }
