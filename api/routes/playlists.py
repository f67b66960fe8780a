"""Playlists: screens read them, and those who administer a division keep those of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import AfterValidator, StringConstraints

from api.admission.security import Asking, needs
from api.answers import json_answer
from api.deps.common import DivisionCode, Limit, Printable, ReadSession
from api.deps.drafting import items_answer
from api.deps.gate import AuthorAsking
from api.schemas.common import problems
from api.schemas.playlists import PlaylistIn, PlaylistList, PlaylistOut
from gis import playlists
from gis.core.access import Power
from gis.db import session as sessions
from gis.playlists import NAME_PATTERN, Stop

router = APIRouter(prefix="/api/v1/playlists", tags=["screens"])


def _visible(name: str) -> str:
    """Refuse what nobody sees: joiners and lone marks are letters to the pattern's first reader."""
    if not re.fullmatch(NAME_PATTERN, name):
        raise ValueError("must consist of letters, digits, spaces and . · - alone")
    if re.fullmatch("[0-9]{12}", name):
        raise ValueError("must not be twelve digits: an address takes those for a division")
    return name


_Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN), Printable, AfterValidator(_visible)]
DivisionAsked = Annotated[DivisionCode, Path(description="Whose it is; 6, 9 or 12 digits.")]
NameAsked = Annotated[_Name, Path(description="`default`, or another name of 1 to 40 characters.")]
Seen = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description='The version that was seen: its `etag`, such as `"pl-4-v2"`.',
        max_length=100,
    ),
]


def _writing(request: Request, actor: Asking) -> Iterator[sessions.WriteSession]:
    scope = actor.scope(Power.ADMINISTER)
    with sessions.write_session(request.app.state.engine, scope) as session:
        yield session


AdministerSession = Annotated[sessions.WriteSession, Depends(_writing, scope="function")]


@router.get("", response_model=PlaylistList, responses=problems())
def list_playlists(
    session: ReadSession,
    division: Annotated[
        DivisionCode | None, Query(description="Only those of this very division.")
    ] = None,
    name: Annotated[_Name | None, Query(description="Only of this name.")] = None,
    limit: Limit = 1000,
) -> Response:
    """List the playlists of the divisions that you see, by division and name."""
    return items_answer(playlists.list_playlists(session, division, name, limit=limit))


@router.put(
    "/{division}/{name}",
    response_model=PlaylistOut,
    responses=problems(404, 409, 412, 428) | {201: {"model": PlaylistOut}},
    dependencies=[needs(Power.ADMINISTER)],
)
def put_playlist(
    *,
    session: AdministerSession,
    author: AuthorAsking,
    division: DivisionAsked,
    name: NameAsked,
    body: PlaylistIn,
    seen: Seen = None,
) -> Response:
    """Make a playlist of a division of your area (201), or give one other stops."""
    stops = [Stop(stop.division, stop.mode, stop.heat, stop.seconds) for stop in body.stops]
    found, is_new = playlists.put_playlist(session, author, division, name, stops, seen=seen)
    return json_answer(found, status=201 if is_new else 200, headers={"ETag": found.etag})


@router.delete(
    "/{division}/{name}",
    status_code=204,
    responses=problems(404, 412, 428),
    dependencies=[needs(Power.ADMINISTER)],
)
def remove_playlist(
    session: AdministerSession,
    author: AuthorAsking,
    division: DivisionAsked,
    name: NameAsked,
    seen: Seen = None,
) -> Response:
    """Remove a playlist; its screens go back to the standard tour."""
    playlists.remove_playlist(session, author, division, name, seen)
    return Response(status_code=204)
