"""What there is about accounts, keys and grants, as others see it; never a secret's hash."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from gis.core.access import Actor, Grant, Power

Kind = Literal["key", "kiosk"]


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes accounts, and from where.

    Attributes
    ----------
    name
        As the audit writes it: ``account:wang``, ``command:root``.
    address
        Of the network, where it is known.
    actor
        Whose grants limit what may be changed; None for the operator at the command line, who
        owns the database.
    """

    name: str
    address: str | None = None
    actor: Actor | None = None

    def covers(self, path: tuple[str, ...]) -> bool:
        """Tell whether a division (its codes from the root down) is in the author's own area."""
        return self.actor is None or self.actor.may(Power.ADMINISTER, path)

    def manages(self, grants: tuple[Grant, ...]) -> bool:
        """Tell whether a holder of these grants is the author's to change.

        All of them must lie in the author's area; whoever holds none is left to administrators
        of the whole deployment. Otherwise a township's administrator could set the password of
        somebody who decides elsewhere.
        """
        if self.actor is None or self.actor.scope(Power.ADMINISTER).is_whole:
            return True
        return bool(grants) and all(self.covers(grant.path) for grant in grants)

    def sees(self, grants: tuple[Grant, ...]) -> bool:
        """Tell whether the author is told that a holder of these grants exists."""
        return self.manages(grants) or any(self.covers(grant.path) for grant in grants)


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """A person who can log in.

    Attributes
    ----------
    is_managed
        Whether the one who asked may disable it or set its password.
    grants
        Those that the one who asked may know.
    """

    login: str
    display_name: str
    is_disabled: bool
    has_password: bool
    oidc_subject: str | None
    locked_until: dt.datetime | None
    last_login_at: dt.datetime | None
    created_at: dt.datetime
    is_managed: bool
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """A key of another system, or the link of a wall screen."""

    id: int
    kind: Kind
    name: str
    created_at: dt.datetime
    expires_at: dt.datetime | None
    last_used_at: dt.datetime | None
    revoked_at: dt.datetime | None
    is_managed: bool
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class Secret:
    """Something that is shown once: afterwards only its hash is known."""

    text: str = field(repr=False)
