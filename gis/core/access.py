"""Who may do what, and where: roles, powers, and the area that a power covers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Power(StrEnum):
    """Something that can be allowed."""

    STATISTICS = "statistics"  # boundaries and counts
    READ = "read"  # and single events, and who works where
    REPORT = "report"  # take in events
    DISPATCH = "dispatch"  # move events along their workflow
    DRAFT = "draft"  # draw boundary changes
    REVIEW = "review"  # approve boundary changes
    PUBLISH = "publish"  # put approved changes into force
    UNMASK = "unmask"  # see a person's name, phone and address, which is written down
    AUDIT = "audit"  # read the audit
    ADMINISTER = "administer"  # accounts, keys, grants


class Role(StrEnum):
    """What a grant makes of its holder, within its division."""

    VIEWER = "viewer"
    REPORTER = "reporter"
    PLANNER = "planner"
    REVIEWER = "reviewer"
    DISPATCHER = "dispatcher"
    INTEGRATION = "integration"
    AUDITOR = "auditor"
    ADMIN = "admin"
    PUBLIC = "public"  # never granted: what a deployment lets nobody in particular do


#: What a person or a key can be given.
GRANTABLE = tuple(role for role in Role if role is not Role.PUBLIC)

_SEE = frozenset({Power.STATISTICS, Power.READ})
POWERS: dict[Role, frozenset[Power]] = {
    Role.VIEWER: _SEE,
    Role.REPORTER: _SEE | {Power.REPORT},
    Role.PLANNER: _SEE | {Power.DRAFT},
    Role.REVIEWER: _SEE | {Power.REVIEW, Power.PUBLISH},
    Role.DISPATCHER: _SEE | {Power.REPORT, Power.DISPATCH, Power.UNMASK},
    Role.INTEGRATION: _SEE | {Power.REPORT},
    Role.AUDITOR: _SEE | {Power.AUDIT},
    Role.ADMIN: _SEE | {Power.PUBLISH, Power.AUDIT, Power.ADMINISTER},
    Role.PUBLIC: frozenset({Power.STATISTICS}),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A role on a division and everything below it.

    Attributes
    ----------
    role
        What it allows.
    division
        Twelve-digit code.
    path
        Codes from the root down to the division, both included.
    """

    role: Role
    division: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """The area that a transaction sees; PostgreSQL's row-level security holds it.

    Attributes
    ----------
    divisions
        Codes whose subtrees are seen, sorted; none below another.
    is_whole
        Whether everything is seen; `divisions` then only says where it begins.
    """

    divisions: tuple[str, ...]
    is_whole: bool = False


WHOLE = Scope((), is_whole=True)
NOTHING = Scope(())


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks: a person, another system, a wall screen, or nobody in particular.

    Attributes
    ----------
    name
        As it is written into audits and histories: ``account:wang``, ``key:hotline``,
        ``kiosk:hall``, ``anonymous``.
    grants
        What is allowed, where.
    login
        The account's login; None for anything but a person.
    is_anonymous
        Whether nobody said who asks.
    """

    name: str
    grants: tuple[Grant, ...] = ()
    login: str | None = None
    is_anonymous: bool = False

    def may(self, power: Power, path: Collection[str] | None = None) -> bool:
        """Tell whether a power is held, anywhere or for a division.

        Parameters
        ----------
        power
            Which one.
        path
            The division's codes from the root down; None asks whether it is held anywhere.

        Returns
        -------
        bool
        """
        return any(
            power in POWERS[grant.role] and (path is None or grant.division in path)
            for grant in self.grants
        )

    def scope(self, power: Power = Power.STATISTICS) -> Scope:
        """Return the area in which a power is held.

        Parameters
        ----------
        power
            Which one; that which every role has by default.

        Returns
        -------
        Scope
            Whole where it is held for the root of the deployment.
        """
        held = {grant.division: grant.path for grant in self.grants if power in POWERS[grant.role]}
        tops = sorted(code for code, path in held.items() if not held.keys() & set(path[:-1]))
        return Scope(tuple(tops), is_whole=any(len(held[code]) == 1 for code in tops))
