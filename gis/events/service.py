"""Take in events: check them, find their grids, write them once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gis.core import clock
from gis.core.crs import parse_crs
from gis.core.datum import Bounds
from gis.core.errors import Conflict, Invalid, Unavailable
from gis.core.locator import NO_GRID, Layer, Locator
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession, WriteSession, as_reader
from gis.divisions.locking import share_county
from gis.events import queries
from gis.events.deadlines import due_at
from gis.events.model import Event, NewEvent, Reported, event_number
from gis.events.telling import tell_reported
from gis.grids import current_generation, place_in_deployment
from gis.profiles import Profile, Step, Workflow

#: Publications that may overtake one report before it gives up.
PATIENCE = 5

#: Gives the locator of the newest generation that the session sees.
LocatorSource = Callable[[ReadSession], Locator]


@dataclass(frozen=True, slots=True)
class _Home:
    """Where one event is filed."""

    county_code: str
    basic_grid_id: int | None
    exclusive_grid_id: int | None
    basic: str | None
    exclusive: str | None
    generation: int


def report_event(
    session: WriteSession, event: NewEvent, profile: Profile, locator_of: LocatorSource
) -> Reported:
    """Take in an event once, filed into the grids of the current generation.

    The same report may come again (same source, same id): nothing is written then.

    Parameters
    ----------
    session
        Writes; the caller commits.
    event
        As it came.
    profile
        Says which categories, channels and workflows there are, and where positions may lie.
    locator_of
        Gives the locator of the newest generation that a session sees.

    Returns
    -------
    Reported

    Raises
    ------
    Invalid
        A value is not one of the profile's, or the time cannot be; UnknownCrs and OutOfBounds
        for the position.
    Conflict
        Another event came under this source and id; names the fields that differ.
    Unavailable
        Boundaries were published faster than the event could be filed.
    """
    row = _complete(event, profile)
    reader = as_reader(session)
    queries.lock_source(session, event.source, event.source_id)
    known = _find(reader, event)
    if known is None:
        event_no = _add(session, row, locator_of)
        if event_no is not None:
            return Reported(event_no, created=True)
        # An import has written it while we looked, or it lies where we do not see.
        known = _find(reader, event)
        if known is None:
            raise _taken(event)
    _require_same(known, row, time_given=event.occurred_at is not None)
    return Reported(known.event_no, created=False)


def _taken(event: NewEvent) -> Conflict:
    return Conflict(
        f"The id {event.source_id} of {event.source} is taken by another event; send another.",
        zh=f"来源 {event.source} 的编号 {event.source_id} 已被其他事件使用，请更换编号。",
        field="source_id",
    )


def _find(session: ReadSession, event: NewEvent) -> Event | None:
    snapshot = Snapshot(current_generation(session), clock.today())
    return queries.find_by_source(session, event.source, event.source_id, snapshot)


def _add(session: WriteSession, row: dict[str, Any], locator_of: LocatorSource) -> str | None:
    """File and write an event; return its number, or None where its source and id are taken."""
    home = _file(session, row["lon"], row["lat"], locator_of)
    event_id = queries.next_event_id(session)
    event_no = event_number(row["reported_at"], home.county_code, event_id)
    filed = row | {
        "event_id": event_id,
        "event_no": event_no,
        "county_code": home.county_code,
        "basic_grid_id": home.basic_grid_id,
        "exclusive_grid_id": home.exclusive_grid_id,
        "filed_generation": home.generation,
    }
    if not queries.insert_event(session, filed):
        return None
    tell_reported(session, filed | {"basic": home.basic, "exclusive": home.exclusive})
    return event_no


def _complete(event: NewEvent, profile: Profile) -> dict[str, Any]:
    """Check an event against the profile and fill in what was left open."""
    workflow = _workflow(event, profile)
    step = _first_step(workflow)
    lon, lat = place_in_deployment(event.position, Bounds(*profile.bounds))
    now = clock.now()
    return {
        "source": event.source,
        "source_id": event.source_id,
        "title": event.title,
        "description": event.description,
        "category_code": event.category_code,
        "level": event.level or _usual_level(event.category_code, profile),
        "channel": _channel(event, profile),
        "occurred_at": _occurred_at(event, now),
        "reported_at": now,
        "due_at": due_at(profile, event.category_code, now),
        "workflow": workflow.slug,
        "state": step.slug,
        "phase": step.phase,
        "people_count": event.people_count,
        "address_text": event.address_text,
        "lon": lon,
        "lat": lat,
        "position_x": event.position.x,
        "position_y": event.position.y,
        "position_crs": parse_crs(event.position.crs).name,
        "position_accuracy_m": event.position.accuracy_m,
    }


def _usual_level(category_code: str, profile: Profile) -> int:
    for category in profile.catalogue.items():
        if category.code == category_code[:4]:
            return category.level
    raise Invalid(
        f"There is no category {category_code} in the catalogue of {profile.name}.",
        zh=f"事项清单中没有类别 {category_code}。",
        field="category_code",
    )


def _workflow(event: NewEvent, profile: Profile) -> Workflow:
    _usual_level(event.category_code, profile)
    if event.workflow is None:
        return profile.workflow_for(event.category_code[:4])
    for workflow in profile.workflows:
        if workflow.slug == event.workflow:
            return workflow
    raise _not_one_of("workflow", event.workflow, [flow.slug for flow in profile.workflows])


def _first_step(workflow: Workflow) -> Step:
    """Return the step of reporting: what other systems send has been discovered already."""
    reporting = (step for step in workflow.steps if step.phase == "report")
    return next(reporting, workflow.steps[0])


def _channel(event: NewEvent, profile: Profile) -> str:
    known = [channel.slug for channel in profile.catalogue.channels]
    if event.channel is None:
        # A source that is itself a channel (the 12345 hotline) need not say so twice.
        return event.source if event.source in known else known[0]
    if event.channel not in known:
        raise _not_one_of("channel", event.channel, known)
    return event.channel


def _occurred_at(event: NewEvent, now: dt.datetime) -> dt.datetime:
    if event.occurred_at is None:
        return now
    when = event.occurred_at
    if when.tzinfo is None:
        when = when.replace(tzinfo=clock.SHANGHAI)
    if not clock.EARLIEST <= when <= now + clock.SKEW:
        raise Invalid(
            f"occurred_at ({when.isoformat()}) lies in the future or before {clock.EARLIEST.year}.",
            zh=f"发生时间（{when.isoformat()}）晚于当前时间或早于 {clock.EARLIEST.year} 年。",
            field="occurred_at",
        )
    return when


def _not_one_of(field: str, value: str, known: list[str]) -> Invalid:
    listed = ", ".join(known)
    return Invalid(
        f"{field} {value!r} is not one of {listed}.",
        zh=f"{field} 的值“{value}”不在可选范围内：{listed}。",
        field=field,
    )


#: What a repeated report must say again; the stored time of day is compared on its own.
COMPARED = (
    "title",
    "description",
    "category_code",
    "level",
    "channel",
    "workflow",
    "people_count",
    "address_text",
    "position_x",
    "position_y",
    "position_crs",
    "position_accuracy_m",
)


def _require_same(known: Event, row: dict[str, Any], *, time_given: bool) -> None:
    fields = (*COMPARED, "occurred_at") if time_given else COMPARED
    differing = [name for name in fields if getattr(known, name) != row[name]]
    if differing:
        listed = ", ".join(differing)
        raise Conflict(
            f"Event {known.event_no} came from {known.source} as {known.source_id} before, with"
            f" another {listed}.",
            zh=f"来源 {known.source} 的编号 {known.source_id} 已登记为事件 {known.event_no}，"
            f"但下列字段不同：{listed}。",
            event_no=known.event_no,
            differing=differing,
        )


def _file(session: WriteSession, lon: float, lat: float, locator_of: LocatorSource) -> _Home:
    """Find the grids, and make sure that they are still the current ones when we write."""
    reader = as_reader(session)
    for _ in range(PATIENCE):
        locator = locator_of(reader)
        home = _locate(locator, lon, lat)
        share_county(session, home.county_code)
        # From here on nobody can publish in the county. What was published while we waited for
        # the lock is seen now, because each statement sees what is committed.
        if current_generation(reader) == locator.generation:
            return home
    raise Unavailable(
        "Boundaries are being published one after the other; report the event again.",
        zh="网格边界正在连续发布，请稍后重新上报。",
    )


def _locate(locator: Locator, lon: float, lat: float) -> _Home:
    located = locator.locate(np.array([lon]), np.array([lat]))
    basic, exclusive = int(located.basic_ids[0]), int(located.exclusive_ids[0])
    # An event outside every grid rests in the county of the first grid, as in bulk loading.
    codes = locator.basic.codes
    if locator.first_code is None:
        raise Unavailable("No grid holds today.", zh="今天没有生效的网格。")
    first = codes[int(located.basic[0])] if located.basic[0] >= 0 else locator.first_code
    return _Home(
        county_code=first[:6],
        basic_grid_id=None if basic == NO_GRID else basic,
        exclusive_grid_id=None if exclusive == NO_GRID else exclusive,
        basic=_code(locator.basic, int(located.basic[0])),
        exclusive=_code(locator.exclusive, int(located.exclusive[0])),
        generation=locator.generation,
    )


def _code(layer: Layer, index: int) -> str | None:
    return layer.codes[index] if index >= 0 else None
