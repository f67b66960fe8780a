"""Accounts of the demo: made once, with random passwords that are kept in a file of one's own.

The passwords are stored hashed; so that they can be read again, they are also written to a file
that only its owner may read. Nothing of the kind is ever done for real data.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url

from gis import accounts
from gis.accounts import Author
from gis.core.access import Role
from gis.db.engine import make_engine
from gis.db.session import GateSession, ReadSession, write_session
from gis.divisions import find_deployment
from gis.settings import Settings

AUTHOR = Author("command:demo")


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account of the demo: what it is for, and whether it works in one township only."""

    login: str
    name_zh: str
    role: Role
    is_local: bool = False


ACCOUNTS = (
    DemoAccount("admin", "系统管理员", Role.ADMIN),
    DemoAccount("reviewer", "审核员", Role.REVIEWER),
    DemoAccount("dispatcher", "调度员", Role.DISPATCHER),
    DemoAccount("auditor", "审计员", Role.AUDITOR),
    DemoAccount("planner", "乡镇规划员", Role.PLANNER, is_local=True),
    DemoAccount("viewer", "乡镇查看员", Role.VIEWER, is_local=True),
)


@dataclass(frozen=True, slots=True)
class Made:
    """What is told of the accounts when the demo is ready.

    Attributes
    ----------
    file
        Where the passwords are kept.
    lines
        One for each account that has just been made; empty on later starts.
    """

    file: Path
    lines: tuple[str, ...]


def make_accounts(settings: Settings, url: str) -> Made:
    """Make the accounts of a demo's database, unless it has any.

    Parameters
    ----------
    settings
        Says where the file of the passwords is kept.
    url
        Database with generated data; its owner.

    Returns
    -------
    Made
    """
    file = settings.state_dir / "passwords" / f"{make_url(url).database}.txt"
    engine = make_engine(url, statement_timeout_s=30)
    try:
        with write_session(engine) as session:
            # Of two demos that start at once on one database the second waits.
            session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('accounts', 0))"))
            gate, deployment = GateSession(session), find_deployment(ReadSession(session))
            if deployment is None or not deployment.is_schematic or accounts.has_accounts(gate):
                return Made(file, ())
            lines = _add(gate, deployment.root_code)
            # Before the commit: a crash between the two leaves a file of no account, and the
            # next start writes it anew.
            _keep(file, lines)
        return Made(file, lines)
    finally:
        engine.dispose()


def _add(session: GateSession, root: str) -> tuple[str, ...]:
    township = _township(session) or root
    passwords = {one.login: accounts.make_password() for one in ACCOUNTS}
    lines = []
    for one in ACCOUNTS:
        division = township if one.is_local else root
        accounts.open_account(
            session,
            AUTHOR,
            one.login,
            one.name_zh,
            password=passwords[one.login],
            role=one.role,
            division=division,
        )
        lines.append(f"{one.login:<11} {passwords[one.login]}   {one.name_zh} {division}")
    return tuple(lines)


def _township(session: GateSession) -> str | None:
    """Return the first division of the level above the villages."""
    query = (
        "SELECT code FROM division"
        " WHERE depth = (SELECT max(depth) - 1 FROM division) AND depth > 0 ORDER BY code LIMIT 1"
    )
    return session.execute(text(query)).scalar_one_or_none()


def _keep(file: Path, lines: tuple[str, ...]) -> None:
    """Write a file that nobody else may read, at once and as a whole."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w", encoding="utf-8") as out:  # noqa: PTH123 - a handle, not a path
        out.write("\n".join(lines) + "\n")
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
