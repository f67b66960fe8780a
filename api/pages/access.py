"""The pages by which people come in and decide who else may: /login, /admin, /kiosk/…, OIDC."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from api.admission.security import Asking
from api.deps.gate import (
    address_of,
    at_gate,
    callback_of,
    cookie_of,
    give_cookie,
    lives_of,
    provider_of,
    settings_of,
    title_of,
)
from api.pages.shell import NO_STORE, html_answer, to_login
from gis import accounts
from gis.accounts.oidc import Begun
from gis.core.access import GRANTABLE, Actor, Power
from gis.core.errors import GridmapError, Unavailable
from web.maps import import_map, render_page, script_json

router = APIRouter(include_in_schema=False)

#: How long somebody may take at the provider; seconds.
LONGEST_AWAY_S = 600
_NEXT = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]{0,2000}")
_LINK = re.compile(r"gm_k[A-Za-z0-9_-]{43}")


@router.get("/login")
def get_login_page(
    request: Request,
    actor: Asking,
    next: str = "/",
) -> Response:
    """Return the page to log in; somebody who is logged in goes on at once."""
    wanted = local_path(next)
    if actor.login is None:
        return _login_page(request, wanted)
    if not actor.may(Power.STATISTICS):
        # Sent on, they would be sent back here.
        return _login_page(request, wanted, failure={"reason": "no_grants"})
    return RedirectResponse(wanted, 303, NO_STORE)


@router.get("/admin")
def get_admin_page(request: Request, actor: Asking) -> Response:
    """Return the page of accounts, keys and links, to administrators."""
    if actor.is_anonymous:
        return to_login(request)
    if not actor.may(Power.ADMINISTER):
        page = _login_page(request, "/admin", failure={"reason": "not_admin"})
        page.status_code = 403
        return page
    config = {"roles": [role.value for role in GRANTABLE], "areas": _areas(actor)}
    return html_answer(_page("admin.html", title_of(request), config))


@router.get("/kiosk/{link}")
def open_kiosk(request: Request, actor: Asking, link: str) -> Response:
    """Log a wall screen in by its link, and show it /screen as the link's address asks for."""
    opened = None
    if _LINK.fullmatch(link):
        with at_gate(request) as session:
            opened = accounts.open_kiosk(session, link, address_of(request), lives_of(request))
            if opened is not None and opened.actor.name == actor.name:
                # Opened again on the same screen: the session before it is not needed.
                accounts.drop_session(session, cookie_of(request) or "")
    if opened is None:
        page = _login_page(request, "/", failure={"reason": "bad_link"})
        page.status_code = 404
        return page
    wanted = f"?{request.url.query}" if request.url.query else ""
    response = RedirectResponse(f"/screen{wanted}", 303, NO_STORE)
    give_cookie(response, request, opened)
    return response


@router.get("/login/oidc")
def begin_oidc(request: Request, next: str = "/") -> Response:
    """Send the browser to the identity provider."""
    wanted = local_path(next)
    try:
        where, begun = provider_of(request).begin(callback_of(request), wanted)
    except GridmapError as error:
        return _failed(request, wanted, error)
    response = RedirectResponse(where, 303, NO_STORE)
    response.set_cookie(
        _away_cookie(request),
        begun.sealed(),
        max_age=LONGEST_AWAY_S,
        path="/",
        secure=settings_of(request).cookie_secure,
        httponly=True,
        samesite="lax",
    )
    return response


@router.get("/login/oidc/callback")
def finish_oidc(request: Request, state: str = "", code: str = "", error: str = "") -> Response:
    """Take the browser back from the identity provider."""
    wanted = "/"
    try:
        begun = Begun.opened(request.cookies.get(_away_cookie(request), ""))
        wanted = local_path(begun.next)
        if error:
            response = _login_page(request, wanted, failure={"reason": "cancelled"})
        else:
            subject = provider_of(request).finish(begun, state, code, callback_of(request))
            response = _enter(request, subject, wanted)
    except GridmapError as refusal:
        response = _failed(request, wanted, refusal)
    response.delete_cookie(
        _away_cookie(request), path="/", secure=settings_of(request).cookie_secure, httponly=True
    )
    return response


def local_path(path: str) -> str:
    r"""Return where to go after logging in: a path of this server, whatever was asked for.

    Parameters
    ----------
    path
        From the address; anybody may have written it.

    Examples
    --------
    >>> local_path("/admin"), local_path("//evil.example/"), local_path("/\\evil.example")
    ('/admin', '/', '/')
    """
    return path if _NEXT.fullmatch(path) and not path.startswith(("/login", "/kiosk")) else "/"


def _enter(request: Request, subject: str, wanted: str) -> Response:
    with at_gate(request) as session:
        opened = accounts.log_in_as_subject(
            session, subject, address_of(request), lives_of(request)
        )
    if opened is None:
        failure = {"reason": "not_linked", "identity": subject}
        page = _login_page(request, wanted, failure=failure)
        page.status_code = 403
        return page
    response = RedirectResponse(wanted, 303, NO_STORE)
    give_cookie(response, request, opened)
    return response


def _failed(request: Request, wanted: str, error: GridmapError) -> Response:
    failure = {"reason": "provider_failed", "zh": error.detail_zh, "en": error.detail}
    page = _login_page(request, wanted, failure=failure)
    page.status_code = 503 if isinstance(error, Unavailable) else 401
    return page


def _login_page(
    request: Request,
    wanted: str,
    failure: dict[str, str] | None = None,
) -> Response:
    has_provider = settings_of(request).oidc_issuer is not None
    provider = f"/login/oidc?next={quote(wanted, safe='')}" if has_provider else None
    config = {"next": wanted, "provider": provider, "failure": failure}
    return html_answer(_page("login.html", title_of(request), config))


def _page(template: str, title: dict[str, str], config: dict[str, Any]) -> str:
    # Both are escaped for scripts by script_json.
    parts = {
        "import_map": Markup(import_map()),  # noqa: S704
        "config": Markup(script_json({**config, "title": title})),  # noqa: S704
    }
    return render_page(template, title=title["zh"], **parts)


def _areas(actor: Actor) -> list[str]:
    """Return the codes of the divisions with which the picker begins."""
    return list(actor.scope(Power.ADMINISTER).divisions)


def _away_cookie(request: Request) -> str:
    return "__Host-gridmap_oidc" if settings_of(request).cookie_secure else "gridmap_oidc"
