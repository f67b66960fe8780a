"""Every change of accounts, keys and grants is written to the audit, in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gis import audit
from gis.accounts.model import Author
from gis.db.session import GateSession


def record(
    session: GateSession,
    author: Author,
    action: str,
    subject: str,
    *,
    division: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write what was done; the last statement of its transaction (the audit's head is locked).

    Parameters
    ----------
    session
        Of the change.
    author
        Who did it, from where.
    action
        Such as ``grant.add``.
    subject
        To whom or what, such as ``account:wang``.
    division
        Twelve-digit code, where it is about one.
    before, after
        What changed, for JSON; never a password, a key or a hash.
    """
    session.flush()
    audit.append(
        session,
        author.name,
        action,
        subject,
        address=author.address,
        division=division,
        before=before,
        after=after,
    )
