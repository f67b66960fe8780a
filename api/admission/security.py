"""Who asks, and what they may do: the one place where requests are admitted.

A request says who it is with ``Authorization: Bearer gm_…`` or with the session's cookie. What
the actor may see is held by PostgreSQL (`gis.db.row_security`); what the actor may do is asked for
here, by `needs`, on every route.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import time
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from gis.accounts import admit_cookie, admit_key
from gis.core.access import NOTHING, Actor, Grant, Power, Role
from gis.core.errors import Forbidden, Unidentified
from gis.db.session import gate_session, read_session
from gis.divisions import Deployment, find_deployment, get_deployment
from gis.settings import Settings

CSRF_HEADER = "x-gridmap-csrf"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
NOBODY = Actor("anonymous", is_anonymous=True)
#: So long it is remembered what nobody may do: a database of real people may take the place of
#: generated data under a running server. Seconds.
REMEMBERED_S = 1.0


async def _actor(request: Request) -> Actor:
    """Admit a request, or refuse what it says of itself.

    Raises
    ------
    Unidentified
        A key or session is given that is not valid: better told than taken for nobody.
    Forbidden
        A page of another site may have sent it.
    """
    return await admit(request)


async def admit(request: Request, *, is_use: bool = True) -> Actor:
    """Admit a request; see `_actor`.

    Parameters
    ----------
    request
        As it came, also if that is long ago.
    is_use
        Whether this counts as a use of the key or session: to keep a stream open does not.

    Returns
    -------
    Actor

    Raises
    ------
    Unidentified, Forbidden
        As `_actor`.
    """
    said = request.headers.get("authorization")
    if said is not None:
        holder = await run_in_threadpool(_holder_of_key, request, said, is_use)
        request.state.is_identified = True  # from now on the key has a rate of its own
        return holder
    token = request.cookies.get(cookie_name(request.app.state.settings))
    if token is not None:
        found = await run_in_threadpool(_logged_in, request, token, is_use)
        if found is not None:
            request.state.is_identified = True
            _require_same_site(request, token)
            return found
        request.state.is_refused = True
    known, until = getattr(request.app.state, "anonymous", (NOBODY, 0.0))
    if time.monotonic() < until:
        return known
    return await run_in_threadpool(_anonymous, request)


Asking = Annotated[Actor, Depends(_actor, scope="function")]


def needs(power: Power) -> Any:
    """Return the dependency of routes that need a power; whether it is held *here* is asked later.

    Parameters
    ----------
    power
        Which one.

    Returns
    -------
    Depends

    Raises
    ------
    Unidentified
        When asked by nobody in particular, who does not have it.
    Forbidden
        When asked by an actor without it.
    """

    async def check(request: Request, actor: Asking) -> None:
        if actor.may(power):
            return
        if actor.is_anonymous:
            await run_in_threadpool(_require_deployment, request)
            raise Unidentified(
                "Say who asks: log in, or send a key as `Authorization: Bearer gm_…`.",
                zh="请先登录，或用 Authorization: Bearer gm_… 提供密钥。",
            )
        raise Forbidden(
            f"{actor.name} may not {power}; an administrator grants it:"
            " gridmap user grant, or gridmap key add.",
            zh=f"{actor.name} 没有“{power}”权限，请联系管理员授权。",
        )

    check.power = power  # type: ignore[attr-defined]  # read by the test that walks every route
    return Depends(check, scope="function")


async def holds_for_all(request: Request, power: Power) -> bool:
    """Say whether who asks holds a power for the whole deployment.

    Parameters
    ----------
    request
        Before FastAPI has taken it to pieces (ADR 0015).
    power
        Which one.

    Returns
    -------
    bool

    Raises
    ------
    Unidentified, Forbidden
        As `_actor`.
    """
    actor = await _actor(request)
    return actor.may(power) and actor.scope(power).is_whole


def cookie_name(settings: Settings) -> str:
    """Return the name of the session's cookie; the prefix binds it to HTTPS and to this host."""
    return "__Host-gridmap_session" if settings.cookie_secure else "gridmap_session"


def csrf_token(token: str) -> str:
    """Return what a page sends back to prove that it is ours: it follows from the cookie."""
    return hashlib.sha256(b"csrf:" + token.encode()).hexdigest()


def _holder_of_key(request: Request, said: str, is_use: bool) -> Actor:
    scheme, _, key = said.partition(" ")
    if scheme.lower() == "bearer" and key.startswith("gm_") and len(key) <= 200:
        with gate_session(request.app.state.engine) as session:
            found = admit_key(session, key, is_use=is_use)
        if found is not None:
            return found
    request.state.is_refused = True  # and from now on it counts against its address
    raise Unidentified(
        "The key is not valid: it is unknown, has expired or was revoked.",
        zh="密钥无效：不存在、已过期或已撤销。",
    )


def _logged_in(request: Request, token: str, is_use: bool) -> Actor | None:
    settings: Settings = request.app.state.settings
    idle = dt.timedelta(minutes=settings.session_idle_minutes)
    if len(token) > 200:
        return None
    with gate_session(request.app.state.engine) as session:
        return admit_cookie(session, token, idle, is_use=is_use)


def _require_same_site(request: Request, token: str) -> None:
    if request.method in SAFE_METHODS:
        return
    # As bytes: of texts it compares ASCII only, and raises at anything else.
    said = request.headers.get(CSRF_HEADER, "").encode()
    if not hmac.compare_digest(said, csrf_token(token).encode()):
        raise Forbidden(
            "The request does not carry the page's proof (X-Gridmap-CSRF); load the page again.",
            zh="请求缺少页面校验码（X-Gridmap-CSRF），请刷新页面后重试。",
        )


def _anonymous(request: Request) -> Actor:
    """Return nobody, with what the deployment lets nobody do."""
    opened: str = request.app.state.settings.anonymous
    if opened == "none":
        return NOBODY
    asked = time.monotonic()
    with read_session(request.app.state.engine, NOTHING) as session:
        deployment = find_deployment(session)
    if deployment is None:
        return NOBODY
    actor = Actor(NOBODY.name, _grants_of_nobody(opened, deployment), is_anonymous=True)
    request.app.state.anonymous = actor, asked + REMEMBERED_S
    return actor


def _require_deployment(request: Request) -> None:
    """Raise where the database is empty: nobody is to be told to log in where nobody can."""
    with read_session(request.app.state.engine, NOTHING) as session:
        get_deployment(session)


def _grants_of_nobody(opened: str, deployment: Deployment) -> tuple[Grant, ...]:
    roles = [Role.PUBLIC]
    if opened == "demo":
        # Real people's data are never open, whatever the setting says.
        roles = [Role.VIEWER, Role.REPORTER] if deployment.is_schematic else []
    root = deployment.root_code
    return tuple(Grant(role, root, (root,)) for role in roles)
