"""Rows that the services of this package work on, found or refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import ColumnElement, select

from gis.accounts.model import Author
from gis.core.access import Grant, Role
from gis.core.errors import Forbidden, NotFound
from gis.db.session import GateSession
from gis.db.tables.access import Account, ApiKey
from gis.db.tables.access import Grant as GrantRow
from gis.db.tables.boundaries import Division

Holder = Account | ApiKey


def get_path(session: GateSession, division: str) -> tuple[str, ...]:
    """Return the codes from the root down to a division.

    Parameters
    ----------
    session
        Of the gate.
    division
        Twelve-digit code.

    Raises
    ------
    NotFound
        There is no such division.
    """
    path = session.scalar(select(Division.path).where(Division.code == division))
    if path is None:
        raise NotFound(f"There is no division {division}.", zh=f"没有行政区划 {division}。")
    return tuple(path)


def names_of_divisions(session: GateSession, codes: Collection[str]) -> dict[str, str]:
    """Return the names of divisions, by twelve-digit code."""
    query = select(Division.code, Division.name).where(Division.code.in_(codes))
    return {row.code: row.name for row in session.execute(query)} if codes else {}


def display_name_of(session: GateSession, login: str) -> str | None:
    """Return the name of the person with a login."""
    return session.scalar(select(Account.display_name).where(Account.login == login))


def get_account(session: GateSession, author: Author, login: str, *, change: bool) -> Account:
    """Return an account that the author may see.

    Parameters
    ----------
    session
        Of the gate; the row is locked.
    author
        Who asks.
    login
        Whose account.
    change
        Whether it must be the author's to change as well.

    Raises
    ------
    NotFound
        There is none, or not for the author's eyes.
    Forbidden
        It also works outside the author's area.
    """
    # populate_existing: what another transaction changed while we waited for the row.
    query = select(Account).where(Account.login == login.strip().lower())
    account = session.scalar(query.with_for_update(), execution_options={"populate_existing": True})
    grants = () if account is None else grants_of(session, account)
    if account is None or not author.sees(grants):
        raise NotFound(f"There is no account {login!r}.", zh=f"没有账号“{login}”。")
    _require(author, grants, change=change)
    return account


def get_key(session: GateSession, author: Author, number: int) -> ApiKey:
    """Return a key or kiosk link that is the author's to revoke.

    Parameters
    ----------
    session
        Of the gate; the row is locked.
    author
        Who asks.
    number
        Its id.

    Raises
    ------
    NotFound
        There is none, or not for the author's eyes.
    Forbidden
        It also works outside the author's area.
    """
    key = session.get(ApiKey, number, with_for_update=True)
    grants = () if key is None else grants_of(session, key)
    if key is None or not author.sees(grants):
        raise NotFound(f"There is no key {number}.", zh=f"没有编号为 {number} 的密钥。")
    _require(author, grants, change=True)
    return key


def grants_of(session: GateSession, holder: Holder) -> tuple[Grant, ...]:
    """Return what one holder was granted, in the order of being granted."""
    return _grants(session, _is_of(holder)).get(identity(holder), ())


def all_grants(session: GateSession) -> dict[tuple[str, int], tuple[Grant, ...]]:
    """Return what everybody was granted, by `identity`."""
    return _grants(session)


def identity(holder: Holder) -> tuple[str, int]:
    """Return what tells accounts and keys apart."""
    if isinstance(holder, Account):
        return "account", holder.account_id
    return "key", holder.api_key_id


def name_of(holder: Holder) -> str:
    """Return a holder's name as the audit writes it."""
    if isinstance(holder, Account):
        return f"account:{holder.login}"
    return f"{holder.kind}:{holder.name}"


def _is_of(holder: Holder) -> ColumnElement[bool]:
    if isinstance(holder, Account):
        return GrantRow.account_id == holder.account_id
    return GrantRow.api_key_id == holder.api_key_id


def _grants(
    session: GateSession, *only: ColumnElement[bool]
) -> dict[tuple[str, int], tuple[Grant, ...]]:
    query = (
        select(
            GrantRow.account_id,
            GrantRow.api_key_id,
            GrantRow.role,
            GrantRow.division_code,
            Division.path,
        )
        .join(Division, Division.code == GrantRow.division_code)
        .where(*only)
        .order_by(GrantRow.grant_id)
    )
    found: dict[tuple[str, int], list[Grant]] = defaultdict(list)
    for row in session.execute(query):
        holder = ("account", row.account_id) if row.account_id else ("key", row.api_key_id)
        found[holder].append(Grant(Role(row.role), row.division_code, tuple(row.path)))
    return {holder: tuple(grants) for holder, grants in found.items()}


def _require(author: Author, grants: tuple[Grant, ...], *, change: bool) -> None:
    if change and not author.manages(grants):
        raise Forbidden(
            "This account or key also works outside your area; ask an administrator above you.",
            zh="该账号或密钥在您的管辖范围之外也有权限，请联系上级管理员。",
        )
