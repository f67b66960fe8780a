"""Sessions, accounts, keys and grants, as they come in and go out. Hashes never do."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.deps.common import DivisionCode, Printable
from api.schemas.common import Answer
from gis.core.access import Power, Role

#: `gis.core.access.GRANTABLE`, for the type checker; a test holds them alike.
GrantableRole = Literal[
    "viewer", "reporter", "planner", "reviewer", "dispatcher", "integration", "auditor", "admin"
]

Login = Annotated[str, StringConstraints(min_length=1, max_length=64), Printable]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), Printable
]
#: Whatever people type; only what no text can hold is refused.
Typed = Annotated[str, StringConstraints(min_length=1, max_length=1000), Printable]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class LoginIn(_In):
    """Somebody logs in."""

    login: Typed
    password: Typed


class PasswordIn(_In):
    """Somebody changes the own password."""

    old: Typed
    new: Typed


class GrantIn(_In):
    """A role on a division and everything below it."""

    role: GrantableRole
    division: DivisionCode


class AccountIn(_In):
    """A new account, with the first thing that it may do."""

    login: Login
    display_name: Name
    role: GrantableRole
    division: DivisionCode
    has_password: bool = Field(
        default=True, description="`false`: logs in at the identity provider only."
    )


class AccountChange(_In):
    """What of an account is to change; what is left out stays."""

    is_disabled: bool | None = None
    oidc_subject: Annotated[str, StringConstraints(max_length=700), Printable] | None = Field(
        default=None, description="Issuer, a space, subject; `null` unlinks."
    )


class KeyIn(_In):
    """A new key of a system, or link of a wall screen."""

    kind: Literal["key", "kiosk"] = "key"
    name: Name
    role: GrantableRole = "viewer"
    division: DivisionCode
    days: int | None = Field(
        default=None, ge=1, le=3650, description="Holds so long; until revoked by default."
    )


class GrantOut(Answer):
    """A role on a division and everything below it."""

    role: Role
    division: str
    division_name: str


class SessionOut(Answer):
    """Who asks, and what they may do."""

    name: str = Field(description="As audits and histories write it: `account:wang`.")
    login: str | None
    display_name: str | None
    is_anonymous: bool
    grants: list[GrantOut]
    powers: list[Power]
    csrf_token: str | None = Field(
        description="A page sends it back as `X-Gridmap-CSRF` with whatever changes something."
    )


class AccountOut(Answer):
    """A person who can log in."""

    login: str
    display_name: str
    is_disabled: bool
    has_password: bool
    oidc_subject: str | None
    locked_until: dt.datetime | None
    last_login_at: dt.datetime | None
    created_at: dt.datetime
    is_managed: bool = Field(
        description="Whether it works in your area alone, so that you may disable it."
    )
    grants: list[GrantOut] = Field(description="In your area.")


class AccountList(Answer):
    """The accounts of your area, by login."""

    items: list[AccountOut]


class AccountMade(Answer):
    """A new account."""

    account: AccountOut
    password: str | None = Field(description="Shown this once.")


class PasswordMade(Answer):
    """A new password."""

    password: str = Field(description="Shown this once.")


class KeyOut(Answer):
    """A key of a system, or the link of a wall screen."""

    id: int
    kind: Literal["key", "kiosk"]
    name: str
    created_at: dt.datetime
    expires_at: dt.datetime | None
    last_used_at: dt.datetime | None
    revoked_at: dt.datetime | None
    is_managed: bool = Field(description="Whether you may revoke it.")
    grants: list[GrantOut] = Field(description="In your area.")


class KeyList(Answer):
    """The keys and links of your area, the newest first."""

    items: list[KeyOut]


class KeyMade(Answer):
    """A new key or link."""

    key: KeyOut
    secret: str = Field(description="The key, or the link's path; shown this once.")
