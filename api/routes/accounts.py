"""Accounts, keys and grants, for administrators within their own area."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response

from api.admission.security import needs
from api.answers import json_answer
from api.deps.common import MAX_BIGINT, DivisionCode
from api.deps.gate import AuthorAsking, GateSession
from api.schemas.access import (
    AccountChange,
    AccountIn,
    AccountList,
    AccountMade,
    AccountOut,
    GrantableRole,
    KeyIn,
    KeyList,
    KeyMade,
    KeyOut,
    Login,
    PasswordMade,
)
from api.schemas.common import problems
from gis import accounts
from gis.accounts import AccountInfo, Author, KeyInfo
from gis.core.access import Power, Role
from gis.core.errors import Forbidden
from gis.db import session as sessions

router = APIRouter(prefix="/api/v1", tags=["access"], dependencies=[needs(Power.ADMINISTER)])

LoginAsked = Annotated[Login, Path(description="Whose account.")]
RoleAsked = Annotated[GrantableRole, Path(description="What may be done.")]
DivisionAsked = Annotated[DivisionCode, Path(description="Where; 6, 9 or 12 digits.")]


@router.get("/accounts", response_model=AccountList, responses=problems())
def list_accounts(session: GateSession, author: AuthorAsking) -> Response:
    """List the accounts that work in your area."""
    found = accounts.list_accounts(session, author)
    return json_answer({"items": _described(session, found)})


@router.post("/accounts", response_model=AccountMade, status_code=201, responses=problems(404, 409))
def add_account(session: GateSession, author: AuthorAsking, body: AccountIn) -> Response:
    """Make an account with its first grant; a random password is shown once."""
    password = accounts.make_password() if body.has_password else None
    account = accounts.open_account(
        session,
        author,
        body.login,
        body.display_name,
        password=password,
        role=Role(body.role),
        division=body.division,
    )
    described = _account(session, author, account.login)
    return json_answer({"account": described, "password": password}, status=201)


@router.patch("/accounts/{login}", response_model=AccountOut, responses=problems(404, 409))
def change_account(
    session: GateSession, author: AuthorAsking, login: LoginAsked, body: AccountChange
) -> Response:
    """Disable, enable (which also ends a lock-out), link to the identity provider, or unlink."""
    if body.is_disabled is not None:
        change = accounts.disable_account if body.is_disabled else accounts.enable_account
        change(session, author, login)
    if "oidc_subject" in body.model_fields_set:
        accounts.link_account(session, author, login, body.oidc_subject)
    return json_answer(_account(session, author, login))


@router.post("/accounts/{login}/password", response_model=PasswordMade, responses=problems(404))
def reset_password(session: GateSession, author: AuthorAsking, login: LoginAsked) -> Response:
    """Give an account a random password, shown once; all its sessions end."""
    return json_answer({"password": accounts.reset_password(session, author, login).text})


@router.put(
    "/accounts/{login}/grants/{role}/{division}",
    response_model=AccountOut,
    responses=problems(404),
)
def grant_role(
    session: GateSession,
    author: AuthorAsking,
    login: LoginAsked,
    role: RoleAsked,
    division: DivisionAsked,
) -> Response:
    """Give an account a role on a division of your area and all below it."""
    accounts.grant_role(session, author, login, Role(role), division)
    return json_answer(_account(session, author, login))


@router.delete(
    "/accounts/{login}/grants/{role}/{division}", status_code=204, responses=problems(404)
)
def revoke_role(
    session: GateSession,
    author: AuthorAsking,
    login: LoginAsked,
    role: RoleAsked,
    division: DivisionAsked,
) -> Response:
    """Take a role on a division of your area from an account."""
    accounts.revoke_role(session, author, login, Role(role), division)
    return Response(status_code=204)


@router.get("/keys", response_model=KeyList, responses=problems())
def list_keys(
    session: GateSession,
    author: AuthorAsking,
    kind: Annotated[
        Literal["key", "kiosk"] | None, Query(description="Only keys of systems, or only links.")
    ] = None,
) -> Response:
    """List the keys and wall screen links of your area; never the keys themselves."""
    found = accounts.list_keys(session, author, kind)
    return json_answer({"items": _described(session, found)})


@router.post("/keys", response_model=KeyMade, status_code=201, responses=problems(404, 409))
def add_key(session: GateSession, author: AuthorAsking, body: KeyIn) -> Response:
    """Make a key, or the link of a wall screen; it is shown once."""
    key, secret = accounts.add_key(
        session,
        author,
        kind=body.kind,
        name=body.name,
        role=Role(body.role),
        division=body.division,
        days=body.days,
    )
    path = f"/kiosk/{secret.text}" if body.kind == "kiosk" else secret.text
    described = _key(session, author, key.api_key_id)
    return json_answer({"key": described, "secret": path}, status=201)


@router.delete("/keys/{id}", response_model=KeyOut, responses=problems(404))
def revoke_key(
    session: GateSession,
    author: AuthorAsking,
    number: Annotated[int, Path(alias="id", ge=1, le=MAX_BIGINT, description="Of the list.")],
) -> Response:
    """Let a key or wall screen in no more; it stays in the list."""
    accounts.revoke_key(session, author, number)
    return json_answer(_key(session, author, number))


def _account(session: sessions.GateSession, author: Author, login: str) -> dict[str, Any]:
    account = accounts.get_account(session, author, login, change=False)
    grants = accounts.grants_of(session, account)
    return _described(session, [accounts.describe_account(author, account, grants)])[0]


def _key(session: sessions.GateSession, author: Author, number: int) -> dict[str, Any]:
    found = [key for key in accounts.list_keys(session, author) if key.id == number]
    if not found:
        raise Forbidden("That key is not in your area.", zh="该密钥不在您的管辖范围内。")
    return _described(session, found)[0]


def _described(
    session: sessions.GateSession, found: list[AccountInfo] | list[KeyInfo]
) -> list[dict[str, Any]]:
    codes = {grant.division for one in found for grant in one.grants}
    names = accounts.names_of_divisions(session, codes)
    return [
        asdict(one)
        | {
            "grants": [
                {
                    "role": grant.role,
                    "division": grant.division,
                    "division_name": names[grant.division],
                }
                for grant in one.grants
            ]
        }
        for one in found
    ]
