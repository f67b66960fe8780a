"""The gate: what the routes on sessions and accounts have in common."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from api.admission.security import Asking, cookie_name, csrf_token
from api.deps.common import served
from gis.accounts import Author, Lives, Opened, Refused, room_to_hash
from gis.accounts.oidc import Provider
from gis.core.access import NOTHING, POWERS, Actor
from gis.core.errors import Forbidden, GridmapError, NotFound, TooMany, Unavailable, Unidentified
from gis.db import session as sessions
from gis.settings import Settings


def _gate(request: Request) -> Iterator[sessions.GateSession]:
    with at_gate(request) as session:
        yield session


def _author(request: Request, actor: Asking) -> Author:
    return Author(actor.name, address_of(request), actor)


#: Reads and writes accounts, keys and sessions; what is asked for is limited by the author's area.
GateSession = Annotated[sessions.GateSession, Depends(_gate, scope="function")]
#: Who changes them.
AuthorAsking = Annotated[Author, Depends(_author, scope="function")]


@contextmanager
def at_gate(request: Request) -> Iterator[sessions.GateSession]:
    """Open a transaction of the gate for as long as it is needed, and no longer.

    Parameters
    ----------
    request
        Names the application.

    Yields
    ------
    GateSession
        Committed at the end.
    """
    with sessions.gate_session(request.app.state.engine) as session:
        yield session


@contextmanager
def trying(request: Request) -> Iterator[sessions.GateSession]:
    """Open a transaction in which a password is tried; it is committed even where it was wrong.

    Parameters
    ----------
    request
        Names the application.

    Yields
    ------
    GateSession
        Taken after one's turn to hash has come: who waits for that holds no connection.
    """
    with room_to_hash(), at_gate(request) as session:
        yield session


def title_of(request: Request) -> dict[str, str]:
    """Return what is served here, in both languages; that is told to everybody."""
    try:
        with sessions.read_session(request.app.state.engine, NOTHING) as session:
            profile = served(request, session).profile
    except Unavailable:
        return {"zh": "网格地图", "en": "Grid map"}
    return {"zh": profile.title_zh, "en": profile.title_en}


def settings_of(request: Request) -> Settings:
    """Return the application's settings."""
    settings: Settings = request.app.state.settings
    return settings


def address_of(request: Request) -> str | None:
    """Return from where a request comes."""
    return request.client.host if request.client else None


def lives_of(request: Request) -> Lives:
    """Return how long a person's session lasts here."""
    settings = settings_of(request)
    return Lives(
        idle=dt.timedelta(minutes=settings.session_idle_minutes),
        whole=dt.timedelta(hours=settings.session_hours),
    )


def require_own_page(request: Request) -> None:
    """Refuse a log-in that a page of another site sends: nobody is to be somebody else unawares.

    Parameters
    ----------
    request
        A program sends neither of the headers that are looked at.

    Raises
    ------
    Forbidden
        The browser says that another site's page sent it.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is None and origin is not None:
        site = "same-origin" if urlsplit(origin).netloc == request.headers.get("host") else "other"
    if site not in (None, "same-origin", "none"):
        raise Forbidden(
            "Another site's page may not log anybody in here; open the log-in page itself.",
            zh="不允许从其他网站的页面登录，请直接打开登录页。",
        )


def refusal(refused: Refused) -> GridmapError:
    """Return the error that tells of a refused log-in; the same whether the login exists or not."""
    if refused.retry_after is None:
        return Unidentified("Login or password is wrong.", zh="登录名或密码不正确。")
    wait_s = max(1, math.ceil(refused.retry_after.total_seconds()))
    return TooMany(
        f"Too many wrong passwords: this login is locked for {wait_s} seconds. An administrator"
        " can end that: gridmap user enable.",
        zh=f"密码连续输错次数过多，该登录名已锁定 {wait_s} 秒；管理员可解锁：gridmap user enable。",
        retry_after_s=wait_s,
    )


def give_cookie(response: Response, request: Request, opened: Opened) -> None:
    """Hand a session to the browser; no script sees it."""
    settings = settings_of(request)
    response.set_cookie(
        cookie_name(settings),
        opened.token,
        max_age=int(opened.life.total_seconds()),
        path="/",
        secure=settings.cookie_secure,
        httponly=True,
        samesite="lax",
    )


def take_cookie(response: Response, request: Request) -> None:
    """Have the browser forget its session."""
    settings = settings_of(request)
    response.delete_cookie(
        cookie_name(settings),
        path="/",
        secure=settings.cookie_secure,
        httponly=True,
        samesite="lax",
    )


def cookie_of(request: Request) -> str | None:
    """Return the value of the session's cookie, if there is one."""
    return request.cookies.get(cookie_name(settings_of(request)))


def describe_actor(
    actor: Actor, names: dict[str, str], display_name: str | None, token: str | None
) -> dict[str, Any]:
    """Return who asks, as `api.schemas.access.SessionOut`.

    Parameters
    ----------
    actor
        Who asks.
    names
        Of the divisions of the actor's grants, by code.
    display_name
        Of the account.
    token
        The session's cookie; None for a key or nobody.
    """
    return {
        "name": actor.name,
        "login": actor.login,
        "display_name": display_name,
        "is_anonymous": actor.is_anonymous,
        "grants": [
            {
                "role": grant.role,
                "division": grant.division,
                "division_name": names.get(grant.division, ""),
            }
            for grant in actor.grants
        ],
        "powers": sorted({power for grant in actor.grants for power in POWERS[grant.role]}),
        "csrf_token": csrf_token(token) if token is not None else None,
    }


def provider_of(request: Request) -> Provider:
    """Return the identity provider.

    Parameters
    ----------
    request
        Names the application, which keeps what it learned of the provider.

    Raises
    ------
    NotFound
        None is configured.
    """
    settings, state = settings_of(request), request.app.state
    if settings.oidc_issuer is None:
        raise NotFound(
            "No identity provider is configured (GRIDMAP_OIDC_ISSUER).",
            zh="未配置统一身份认证（GRIDMAP_OIDC_ISSUER）。",
        )
    found: Provider | None = getattr(state, "provider", None)
    if found is None:
        secret = settings.oidc_client_secret
        known = secret.get_secret_value() if secret else None
        found = state.provider = Provider(settings.oidc_issuer, settings.oidc_client_id, known)
    return found


def callback_of(request: Request) -> str:
    """Return our address that the provider sends browsers back to; HTTPS but on this machine."""
    url = request.url_for("finish_oidc")
    if settings_of(request).cookie_secure and not _is_here(url.hostname):
        url = url.replace(scheme="https")
    return str(url)


def _is_here(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False
