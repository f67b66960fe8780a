"""Logging in and out, and who one is."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.admission.security import Asking
from api.answers import json_answer
from api.deps.gate import (
    AuthorAsking,
    GateSession,
    address_of,
    cookie_of,
    describe_actor,
    give_cookie,
    lives_of,
    refusal,
    require_own_page,
    take_cookie,
    trying,
)
from api.schemas.access import LoginIn, PasswordIn, SessionOut
from api.schemas.common import problems
from gis import accounts
from gis.accounts import Attempt, Opened, Refused
from gis.core.access import Actor
from gis.core.errors import Forbidden
from gis.db import session as sessions

router = APIRouter(prefix="/api/v1/session", tags=["access"])


@router.get("", response_model=SessionOut, responses=problems())
def get_session(request: Request, session: GateSession, actor: Asking) -> Response:
    """Tell who asks, and what they may do; nobody in particular is an answer too."""
    by_cookie = actor.name.startswith(("account:", "kiosk:"))
    return json_answer(_about(session, actor, cookie_of(request) if by_cookie else None))


@router.post("", response_model=SessionOut, responses=problems())
def log_in(request: Request, body: LoginIn) -> Response:
    """Log in with a password: sets the session's cookie."""
    require_own_page(request)
    attempt = Attempt(body.login, body.password, address_of(request))
    with trying(request) as session:
        outcome = accounts.log_in(session, attempt, lives_of(request))
        _leave(session, request, outcome)
        about = None if isinstance(outcome, Refused) else _about_opened(session, outcome)
    # Raised only now: the failure that was counted is committed.
    return _entered(request, outcome, about)


@router.delete("", status_code=204, responses=problems())
def log_out(
    *,
    request: Request,
    session: GateSession,
    author: AuthorAsking,
    everywhere: Annotated[bool, Query(description="In all browsers.")] = False,
) -> Response:
    """Log out; who is not logged in is told the same."""
    token, login = cookie_of(request), author.actor.login if author.actor else None
    if everywhere and login is not None:
        accounts.close_everywhere(session, login, author)
    elif token is not None:
        accounts.close_session(session, token, author)
    response = Response(status_code=204)
    take_cookie(response, request)
    return response


@router.post("/password", response_model=SessionOut, responses=problems())
def change_password(request: Request, body: PasswordIn, actor: Asking) -> Response:
    """Change the own password: all other sessions end, and this one begins anew."""
    if actor.login is None:
        raise Forbidden("Only people have passwords; log in.", zh="只有登录的个人账号才有密码。")
    attempt = Attempt(actor.login, body.old, address_of(request))
    outcome: Opened | Refused
    with trying(request) as session:
        changed = accounts.change_password(session, attempt, body.new)
        if isinstance(changed, Refused):
            outcome, about = changed, None
        else:
            outcome = accounts.open_session(session, changed, attempt.address, lives_of(request))
            about = _about_opened(session, outcome)
    return _entered(request, outcome, about)


def _leave(session: sessions.GateSession, request: Request, outcome: Opened | Refused) -> None:
    """End the session that this browser had before: its cookie is replaced."""
    token = cookie_of(request)
    if token is not None and isinstance(outcome, Opened):
        accounts.drop_session(session, token)


def _entered(request: Request, outcome: Opened | Refused, about: dict[str, Any] | None) -> Response:
    if isinstance(outcome, Refused):
        raise refusal(outcome)
    response = json_answer(about)
    give_cookie(response, request, outcome)
    return response


def _about_opened(session: sessions.GateSession, opened: Opened) -> dict[str, Any]:
    return _about(session, opened.actor, opened.token)


def _about(session: sessions.GateSession, actor: Actor, token: str | None) -> dict[str, Any]:
    names = accounts.names_of_divisions(session, {grant.division for grant in actor.grants})
    display_name = accounts.display_name_of(session, actor.login) if actor.login else None
    return describe_actor(actor, names, display_name, token)
