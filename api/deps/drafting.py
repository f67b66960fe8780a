"""What routes on drafts ask for by type: sessions, the version that was seen, how to answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Path, Query, Request, Response

from api.admission.security import Asking
from api.answers import feature, json_answer
from api.deps.common import MAX_BIGINT, refused
from gis.boundaries import drafts
from gis.core.access import Power
from gis.core.errors import Forbidden, PreconditionFailed, Unidentified
from gis.db import session as sessions

_ETAG = re.compile(r'"cs-([0-9]{1,18})-v([0-9]{1,18})"')


def _writing(power: Power) -> Callable[..., Iterator[sessions.WriteSession]]:
    def open_session(request: Request, actor: Asking) -> Iterator[sessions.WriteSession]:
        with sessions.write_session(request.app.state.engine, actor.scope(power)) as session:
            yield session

    return open_session


def _talking(request: Request, actor: Asking) -> Iterator[sessions.WriteSession]:
    if not any(actor.may(power) for power in (Power.DRAFT, Power.REVIEW, Power.PUBLISH)):
        kind = Unidentified if actor.is_anonymous else Forbidden
        raise kind(
            "Only those who draft or review boundary changes talk about them.",
            zh="仅参与编制或审核的人员可以评论。",
        )
    with sessions.write_session(request.app.state.engine, actor.scope(Power.READ)) as session:
        yield session


#: Sees and writes where the actor drafts, reviews, publishes.
DraftSession = Annotated[sessions.WriteSession, Depends(_writing(Power.DRAFT), scope="function")]
ReviewSession = Annotated[sessions.WriteSession, Depends(_writing(Power.REVIEW), scope="function")]
PublishSession = Annotated[
    sessions.WriteSession, Depends(_writing(Power.PUBLISH), scope="function")
]
#: For those who have to do with drafts, wherever they see them.
TalkSession = Annotated[sessions.WriteSession, Depends(_talking, scope="function")]

Number = Annotated[int, Path(ge=1, le=MAX_BIGINT, description="Number of the changeset.")]


# async: what does not wait must not cost a change of threads.
async def _if_match(
    changeset_id: Number,
    if_match: Annotated[
        str | None,
        Header(description='The version that was seen: the `ETag`, such as `"cs-17-v5"`.'),
    ] = None,
) -> int | None:
    """Return the version that a request is meant for; None where it does not say.

    Raises
    ------
    PreconditionFailed
        It names another changeset, or no version of one.
    """
    if if_match is None:
        return None
    found = _ETAG.fullmatch(if_match.strip())
    if found is None or int(found[1]) != changeset_id:
        raise PreconditionFailed(
            "If-Match names no version of this changeset; send its ETag as it is.",
            zh="If-Match 与本方案不符，请原样发送方案的 ETag。",
        )
    return int(found[2])


#: Of `If-Match`; what needs it refuses None.
Version = Annotated[int | None, Depends(_if_match)]


async def _band(
    band: Annotated[
        str | None,
        Query(
            pattern="^[0-9]{1,6}-[0-9]{1,6}$",
            description="How many households a grid should have, such as `300-500`.",
            examples=["300-500"],
        ),
    ] = None,
) -> drafts.Band:
    if band is None:
        return drafts.Band()
    least, most = (int(part) for part in band.split("-"))
    if least > most:
        raise refused("band", "must run from the least to the most: 300-500")
    return drafts.Band(least, most)


#: `band`, 300 to 500 households where it is not given.
BandAsked = Annotated[drafts.Band, Depends(_band)]


def changeset_document(changeset: drafts.Changeset) -> dict[str, Any]:
    """Return a draft as it goes out."""
    document = asdict(changeset)
    for name in ("county_code", "submitted_version"):
        del document[name]
    document["id"] = document.pop("changeset_id")
    document["scope"] = document.pop("scope_codes")
    return document | {"etag": changeset.etag}


def changeset_answer(
    changeset: drafts.Changeset, more: Mapping[str, Any] | None = None, *, status: int = 200
) -> Response:
    """Answer with a draft and its ETag."""
    headers = {"ETag": changeset.etag}
    if status == 201:
        headers["Location"] = f"/api/v1/changesets/{changeset.changeset_id}"
    return json_answer(
        changeset_document(changeset) | dict(more or {}), status=status, headers=headers
    )


def tagged_answer(changeset: drafts.Changeset, body: Mapping[str, Any]) -> Response:
    """Answer with what came of something that was done to a draft."""
    told = {"changeset": changeset_document(changeset), "etag": changeset.etag}
    return json_answer(told | dict(body), headers={"ETag": changeset.etag})


def outcome_document(outcome: drafts.Outcome) -> dict[str, Any]:
    """Return what came of an operation."""
    return {
        "op_no": outcome.op_no,
        "operation": outcome.operation,
        "changed": grid_features(outcome.changed),
        "auto_fixes": outcome.auto_fixes,
        "warnings": outcome.warnings,
        "preview": None if outcome.preview is None else impact_document(outcome.preview),
    }


def grid_features(grids: Iterable[drafts.ShownGrid]) -> list[dict[str, Any]]:
    """Return grids of a draft as GeoJSON features."""
    found = []
    for grid in grids:
        properties = asdict(grid)
        found.append(feature(properties.pop("geometry"), properties))
    return found


def impact_document(impact: drafts.Impact) -> dict[str, Any]:
    """Return what a draft does to people and work."""
    return {
        "band": impact.band,
        "grids": impact.grids,
        "townships": impact.townships,
        "moved": [
            {
                "type": "Feature",
                "geometry": orjson.Fragment(part.geometry),
                "properties": {
                    "from_code": part.from_code,
                    "to_code": part.to_code,
                    "area_m2": part.area_m2,
                    **part.counted,
                },
            }
            for part in impact.moved
        ],
        "totals": impact.totals,
    }


def items_answer(items: Iterable[Any], links: Any = None) -> Response:
    """Answer with a list."""
    listed = list(items)
    body = {"items": listed, "numberReturned": len(listed)}
    return json_answer(body if links is None else body | {"links": links})


def detail_of(session: Any, changeset: drafts.Changeset) -> dict[str, Any]:
    """Return what is told of one draft besides: who has said what, and who has to."""
    return {
        "reviews": drafts.list_reviews(session, changeset),
        "missing_approvals": drafts.missing_approvals(session, changeset),
    }
