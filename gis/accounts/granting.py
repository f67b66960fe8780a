"""Grants: a role on a division and everything below it, given and taken."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from gis.accounts.lookups import Holder, get_account, get_path, name_of
from gis.accounts.model import Author
from gis.accounts.people import add_account, refuse_self
from gis.accounts.recording import record
from gis.core.access import GRANTABLE, Role
from gis.core.errors import Forbidden, Invalid, NotFound
from gis.db.session import GateSession
from gis.db.tables.access import Account
from gis.db.tables.access import Grant as GrantRow


def grant_role(
    session: GateSession, author: Author, login: str, role: Role, division: str
) -> Account:
    """Give an account a role; given again, nothing changes.

    An administrator gives any role, administrator's included, but only within the own area, only
    to accounts that work nowhere else, and never to the own account.

    Parameters
    ----------
    session
        Of the gate.
    author
        Who gives it.
    login
        To whom.
    role
        Any of `GRANTABLE`.
    division
        Twelve-digit code.

    Raises
    ------
    NotFound
        There is no such account or division, or not for the author's eyes.
    Forbidden
        The division or the account is not the author's to decide on.
    """
    account = get_account(session, author, login, change=True)
    refuse_self(author, account)
    give(session, author, account, role, division)
    return account


def open_account(
    session: GateSession,
    author: Author,
    login: str,
    display_name: str,
    *,
    password: str | None,
    role: Role,
    division: str,
) -> Account:
    """Make an account with its first grant: an area's administrator makes none without.

    Parameters
    ----------
    session
        Of the gate.
    author
        Who makes it.
    login, display_name, password
        As for `add_account`.
    role, division
        What it may do, where; the division must be in the author's area.

    Raises
    ------
    NotFound, Forbidden
        See `require_area`.
    Invalid, Conflict
        See `add_account`.
    """
    require_area(session, author, division)  # before anything is told of the login
    account = add_account(session, author, login, display_name, password)
    give(session, author, account, role, division)
    return account


def give(session: GateSession, author: Author, holder: Holder, role: Role, division: str) -> None:
    """Give a role to an account or key that is the author's.

    Raises
    ------
    Invalid
        Nobody is given that role.
    NotFound
        There is no such division, or not for the author's eyes.
    """
    if role not in GRANTABLE:
        raise Invalid(f"The role {role} is not given to anybody.", zh=f"角色“{role}”不可授予。")
    require_area(session, author, division)
    added = session.scalar(
        insert(GrantRow)
        .values(
            account_id=holder.account_id if isinstance(holder, Account) else None,
            api_key_id=None if isinstance(holder, Account) else holder.api_key_id,
            role=role.value,
            division_code=division,
            granted_by=author.name,
        )
        .on_conflict_do_nothing(constraint="grant_once_key")
        .returning(GrantRow.grant_id)
    )
    if added is not None:
        after = {"role": role.value, "division": division}
        record(session, author, "grant.add", name_of(holder), division=division, after=after)


def revoke_role(
    session: GateSession, author: Author, login: str, role: Role, division: str
) -> Account:
    """Take a role from an account; it holds from the next request on.

    Parameters
    ----------
    session
        Of the gate.
    author
        Who takes it. An administrator takes any role within the own area from anybody else.
    login
        From whom.
    role, division
        What was granted.

    Raises
    ------
    NotFound
        There is no such account, division or grant, or not for the author's eyes.
    Forbidden
        It is the author's own.
    """
    account = get_account(session, author, login, change=False)
    refuse_self(author, account)
    require_area(session, author, division)
    taken = session.scalar(
        delete(GrantRow)
        .where(
            GrantRow.account_id == account.account_id,
            GrantRow.role == role.value,
            GrantRow.division_code == division,
        )
        .returning(GrantRow.grant_id)
    )
    if taken is None:
        raise NotFound(
            f"{account.login} is not {role} of {division}.",
            zh=f"{account.login} 在 {division} 没有角色“{role}”。",
        )
    before = {"role": role.value, "division": division}
    record(session, author, "grant.revoke", name_of(account), division=division, before=before)
    return account


def require_area(session: GateSession, author: Author, division: str) -> None:
    """Refuse what is decided about a division that is not in the author's area.

    Raises
    ------
    Forbidden
        It is another's, or there is none: which of them is not told.
    NotFound
        There is none, for whom that is no secret.
    """
    try:
        path = get_path(session, division)
    except NotFound:
        if author.actor is None or author.manages(()):
            raise
        path = ()
    if not author.covers(path):
        raise Forbidden(
            f"{division} is not in your area; an administrator decides only there.",
            zh=f"{division} 不在您的管辖范围内。",
        )
