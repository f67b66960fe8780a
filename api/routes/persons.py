"""People's data: masked for those who may read, plain for those who say why."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from api.admission.security import Asking, needs
from api.answers import json_answer
from api.deps.common import Printable, ReadSession, ReportSession
from api.deps.guarded import DoerAsking, Keys, UnmaskSession
from api.schemas.common import problems
from api.schemas.persons import PersonIn, PersonOut, PersonsFound, PhoneSearchIn, UnmaskIn
from gis import privacy
from gis.core import clock
from gis.core.access import Power
from gis.core.errors import Invalid
from gis.db.session import as_reader

router = APIRouter(prefix="/api/v1/persons", tags=["persons"], dependencies=[needs(Power.READ)])

Number = Annotated[
    str,
    Path(min_length=1, max_length=64, description="household_no, event_no or staff_no."),
    Printable,
]
County = Annotated[
    str | None,
    Query(pattern="^[0-9]{6}$", description="Needed where several counties give the number."),
]
#: No browser and no proxy keeps a copy.
HEADERS = {"Cache-Control": "no-store"}


@router.post(
    "/search",
    dependencies=[needs(Power.UNMASK)],
    response_model=PersonsFound,
    responses=problems(409),
)
def search_by_phone(
    *, body: PhoneSearchIn, session: UnmaskSession, keys: Keys, doer: DoerAsking, actor: Asking
) -> Response:
    """Tell whose phone number it is, masked, where the caller may unmask. It is written down."""
    # The auditors of the one area that the actor works in are to see it, too.
    area = actor.scope(Power.UNMASK).divisions
    found = privacy.find_by_phone(
        session,
        keys.current(),
        doer,
        body.phone,
        body.reason,
        division=area[0] if len(area) == 1 else None,
    )
    items = [_answer(person) for person in found]
    return json_answer({"items": items, "numberReturned": len(items)}, headers=HEADERS)


@router.get("/{subject}/{number}", response_model=PersonOut, responses=problems(404, 409))
def get_person(
    *,
    subject: privacy.SubjectKind,
    number: Number,
    session: ReadSession,
    keys: Keys,
    county: County = None,
) -> Response:
    """Return a person's data behind their masks: 张**, 138****1234."""
    keyring = keys.current()
    found = privacy.find_subject(session, subject, number, county)
    person = privacy.masked_person(session, keyring, found)
    return json_answer(_answer(person), headers=HEADERS)


@router.post(
    "/{subject}/{number}/unmask",
    dependencies=[needs(Power.UNMASK)],
    response_model=PersonOut,
    responses=problems(404, 409),
)
def unmask_person(
    *,
    subject: privacy.SubjectKind,
    number: Number,
    body: UnmaskIn,
    session: UnmaskSession,
    keys: Keys,
    doer: DoerAsking,
    county: County = None,
) -> Response:
    """Return a person's data as they are. Who saw them, and why, is written into the audit."""
    keyring = keys.current()
    found = privacy.find_subject(as_reader(session), subject, number, county)
    person = privacy.unmask_person(session, keyring, doer, found, body.reason)
    return json_answer(_answer(person), headers=HEADERS)


@router.put(
    "/{subject}/{number}",
    dependencies=[needs(Power.REPORT)],
    status_code=204,
    response_class=Response,
    responses=problems(404, 409),
)
def put_person(
    *,
    subject: privacy.SubjectKind,
    number: Number,
    body: PersonIn,
    session: ReportSession,
    keys: Keys,
    doer: DoerAsking,
    county: County = None,
) -> Response:
    """Store a person's data, in place of what was stored. It is written into the audit."""
    keyring = keys.current()
    if body.retain_until is not None and body.retain_until < clock.today():
        raise Invalid(
            "retain_until: lies in the past.",
            zh="retain_until：不能早于今天。",
            field="retain_until",
        )
    given = body.model_dump(exclude={"retain_until"})
    found = privacy.find_subject(as_reader(session), subject, number, county)
    privacy.put_person(session, keyring, doer, found, given, retain_until=body.retain_until)
    return Response(status_code=204, headers=HEADERS)


def _answer(person: privacy.Person) -> dict[str, Any]:
    values = asdict(person)
    fields = values.pop("fields")
    values["masked"] = values.pop("is_masked")
    return values | {name: fields.get(name) for name in privacy.FIELDS}
