"""What routes ask for by type: sessions, the deployment, and parameters that are checked once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Query, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BeforeValidator, WithJsonSchema
from starlette.datastructures import State

from api.admission.security import Asking
from api.kept.locating import LocatorHolder
from gis.core.access import NOTHING, WHOLE, Power
from gis.core.errors import BadProfile, Forbidden, NotFound, Unavailable, Unidentified
from gis.core.snapshot import Snapshot
from gis.db import session as sessions
from gis.divisions import Deployment, get_deployment, list_ancestry, padded_code
from gis.grids import Box, resolve_snapshot
from gis.profiles import Profile, load_profile

MAX_BIGINT = 2**63 - 1
#: Longest list in one answer.
MAX_LIMIT = 10_000


def _read(request: Request, actor: Asking) -> Iterator[sessions.ReadSession]:
    with sessions.read_session(request.app.state.engine, actor.scope()) as session:
        yield session


def _write_reports(request: Request, actor: Asking) -> Iterator[sessions.WriteSession]:
    scope = actor.scope(Power.REPORT)
    with sessions.write_session(request.app.state.engine, scope) as session:
        yield session


def _write_whole(request: Request) -> Iterator[sessions.WriteSession]:
    with sessions.write_session(request.app.state.engine, WHOLE) as session:
        yield session


def _read_of_nobody(request: Request) -> Iterator[sessions.ReadSession]:
    with sessions.read_session(request.app.state.engine, NOTHING) as session:
        yield session


# "function": the transaction ends before the answer is sent. So a commit that fails is an error
# for the client, and no connection is held while a slow client reads (ADR 0007).
ReadSession = Annotated[sessions.ReadSession, Depends(_read, scope="function")]
#: Sees and writes where the actor may report events.
ReportSession = Annotated[sessions.WriteSession, Depends(_write_reports, scope="function")]
#: Sees and writes everything: for boundaries, whose proofs need all of them. What the actor may do
#: has to be asked for by the route.
WholeSession = Annotated[sessions.WriteSession, Depends(_write_whole, scope="function")]
#: Sees which deployment and which generations there are, and no row of them.
NobodysSession = Annotated[sessions.ReadSession, Depends(_read_of_nobody, scope="function")]


# async: a dependency that does not wait must not cost a change of threads.
async def _locators(request: Request) -> LocatorHolder:
    holder: LocatorHolder = request.app.state.locators
    return holder


Locators = Annotated[LocatorHolder, Depends(_locators)]


@dataclass(frozen=True, slots=True)
class Served:
    """What this server serves: the deployment in the database, and its profile."""

    deployment: Deployment
    profile: Profile


def served(request: Request, session: sessions.ReadSession) -> Served:
    """Return what the database holds; see `served_by`."""
    return served_by(request.app.state, session)


def served_by(state: State, session: sessions.ReadSession) -> Served:
    """Return what the database of an application holds.

    Raises
    ------
    Unavailable
        It is empty, or its profile cannot be used.
    """
    deployment = get_deployment(session)
    profiles: dict[str, Profile] = state.profiles
    if deployment.profile not in profiles:
        try:
            profiles[deployment.profile] = load_profile(deployment.profile, state.profiles_dir)
        except BadProfile as error:
            # Nothing that the client sent is wrong.
            raise Unavailable(error.detail, zh=error.detail_zh) from error
    return Served(deployment, profiles[deployment.profile])


def _served_reading(request: Request, session: ReadSession) -> Served:
    return served(request, session)


def _served_writing(request: Request, session: ReportSession) -> Served:
    return served(request, sessions.as_reader(session))


ServedReading = Annotated[Served, Depends(_served_reading, scope="function")]
ServedWriting = Annotated[Served, Depends(_served_writing, scope="function")]


def printable(text: str) -> str:
    """Refuse control characters, which no text column takes (NUL) or needs, and half characters.

    Raises
    ------
    ValueError
        There is one.
    """
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", text):
        raise ValueError("must not contain control characters or lone surrogates")
    return text


def _iso_day(value: object) -> object:
    # Pydantic would read 1735689600 as a Unix time.
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("must be a day such as 2025-01-31")
    return value


def _division_code(code: str) -> str:
    if not re.fullmatch(r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}", code):
        raise ValueError("must be a division code of 12 digits, or 6 or 9 for the upper levels")
    return padded_code(code)


def _grid_code(code: str) -> str:
    if not re.fullmatch(r"[0-9]{15}([0-9]{2})?", code):
        raise ValueError("must be a grid code of 15 digits, or 17 for a micro-grid")
    return code


#: Comes last in an `Annotated`, so that what it sees is stripped and measured already.
Printable = AfterValidator(printable)
Text = Annotated[str, Printable]
Day = Annotated[dt.date, BeforeValidator(_iso_day)]
DivisionCode = Annotated[
    str,
    AfterValidator(_division_code),
    WithJsonSchema(
        {"type": "string", "pattern": "^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$"}
    ),
]
GridCode = Annotated[
    str,
    AfterValidator(_grid_code),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{15}([0-9]{2})?$"}),
]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="At most so many.")]
Slug = Annotated[str, Query(pattern="^[a-z][a-z0-9_]{0,63}$")]
Division = Annotated[
    DivisionCode | None,
    Query(description="Only this division and all below it; 6, 9 or 12 digits."),
]
Geometry = Annotated[bool, Query(description="`false` leaves the geometry null.")]


def _covered(code: DivisionCode, session: ReadSession, actor: Asking) -> str:
    """Refuse a division of which only a part may be seen: its figures would be wrong."""
    scope = actor.scope()
    if not scope.is_whole:
        path = {ref.code for ref in list_ancestry(session, code)}
        if path and path.isdisjoint(scope.divisions):
            raise Forbidden(
                f"You see only a part of {code}, so there are no figures of it for you; yours is"
                f" {', '.join(scope.divisions)}.",
                zh=f"您只能查看 {code} 的一部分，无法提供其整体数据；您的范围是"
                f" {'、'.join(scope.divisions)}。",
            )
    return code


#: A division in a path, seen as a whole by whoever asks.
CoveredDivision = Annotated[str, Depends(_covered, scope="function")]


def _covered_asked(session: ReadSession, actor: Asking, division: Division = None) -> str | None:
    return None if division is None else _covered(division, session, actor)


#: A division as a filter of figures, seen as a whole by whoever asks.
CoveredDivisionAsked = Annotated[str | None, Depends(_covered_asked, scope="function")]


def _snapshot(
    session: ReadSession,
    generation: Annotated[
        int | None, Query(ge=1, le=MAX_BIGINT, description="As known in it; the newest by default.")
    ] = None,
    at: Annotated[
        Day | None, Query(description="As in force on this day; today by default.")
    ] = None,
) -> Snapshot:
    return resolve_snapshot(session, generation, at)


def _of_then(
    actor: Asking,
    reading: Annotated[
        Literal["now", "then"],
        Query(
            description="`now`: by the grids in which everything is filed. `then`, for those with"
            " `read`: by the boundaries that are asked about (`generation`, `at`); and an event"
            " that was closed before boundaries took effect which moved it counts where it was."
        ),
    ] = "now",
) -> bool:
    """Refuse to tell both readings to whoever sees statistics alone: they differ by a few people.

    Raises
    ------
    Unidentified, Forbidden
        The power `read` is missing.
    """
    if reading == "then" and not actor.may(Power.READ):
        kind = Unidentified if actor.is_anonymous else Forbidden
        raise kind(
            "Figures by the grids of then are for those who may read; leave `reading` out.",
            zh="按当时网格统计仅对有查看权限的人员开放，请去掉 reading 参数。",
        )
    return reading == "then"


#: Whether figures are asked for by the grids of then; else by those of now.
OfThen = Annotated[bool, Depends(_of_then, scope="function")]
#: `generation` and `at`, with their defaults filled in.
SnapshotAsked = Annotated[Snapshot, Depends(_snapshot, scope="function")]


def parse_bbox(text: str) -> Box:
    """Read ``west,south,east,north`` in degrees.

    Raises
    ------
    ValueError
        It is no such box; says why.

    Examples
    --------
    >>> parse_bbox("115,34.5,115.2,34.6")
    (115.0, 34.5, 115.2, 34.6)
    """
    parts = text.split(",")
    if len(parts) != 4 or not all(re.fullmatch(r"\s*[+-]?[0-9.eE+-]{1,40}\s*", p) for p in parts):
        raise ValueError("must be four numbers: west,south,east,north")
    try:
        west, south, east, north = (float(part) for part in parts)
    except ValueError as error:
        raise ValueError("must be four numbers: west,south,east,north") from error
    if not (-180 <= west <= 180 and -180 <= east <= 180):
        raise ValueError("longitudes lie between -180 and 180 degrees")
    if not (-90 <= south <= 90 and -90 <= north <= 90):
        raise ValueError("latitudes lie between -90 and 90 degrees; are lon and lat swapped?")
    if west > east or south > north:
        raise ValueError("must run from south-west to north-east: west,south,east,north")
    return west, south, east, north


def _bbox(
    bbox: Annotated[
        str | None,
        Query(
            description="west,south,east,north in degrees (EPSG:4490).",
            examples=["115.0,34.6,115.2,34.7"],
            max_length=200,
        ),
    ] = None,
) -> Box | None:
    if bbox is None:
        return None
    try:
        return parse_bbox(bbox)
    except ValueError as error:
        raise refused("bbox", str(error)) from error


BBox = Annotated[Box | None, Depends(_bbox)]


@dataclass(frozen=True, slots=True)
class Days:
    """First and last day, both included; None where the period is open."""

    first: dt.date | None
    last: dt.date | None


def _days(
    from_: Annotated[
        Day | None, Query(alias="from", description="First day of being reported (included).")
    ] = None,
    to: Annotated[Day | None, Query(description="Last day of being reported (included).")] = None,
) -> Days:
    if from_ is not None and to is not None and from_ > to:
        raise refused("to", "must not lie before `from`")
    return Days(from_, to)


Reported = Annotated[Days, Depends(_days)]


def refused(name: str, reason: str) -> RequestValidationError:
    """Return the error of a query parameter whose rule pydantic does not know."""
    return RequestValidationError(
        [{"type": "value_error", "loc": ("query", name), "msg": reason, "input": None}]
    )


async def refuse_unknown_parameters(request: Request) -> None:
    """Refuse a query parameter that the route does not have: a typo must not widen a list.

    Raises
    ------
    NotFound
        The request has reached no route.
    RequestValidationError
        The route does not have it; lists those that it has.
    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        raise NotFound("No such route.", zh="没有这个地址。")
    known = _known_parameters(route)
    if not known.issuperset(request.query_params):
        unknown = sorted(set(request.query_params) - known)
        listed = ", ".join(sorted(known)) or "none"
        raise refused(unknown[0][:60], f"is not a parameter here; there are: {listed}")


def _known_parameters(route: APIRoute) -> frozenset[str]:
    known: frozenset[str] | None = vars(route).get("known_parameters")
    if known is None:
        known = frozenset(_query_names(route.dependant))
        vars(route)["known_parameters"] = known
    return known


def _query_names(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for part in dependant.dependencies:
        yield from _query_names(part)
