"""``gridmap user``, ``gridmap key`` and ``gridmap kiosk``: who may come in, from the command line.

Whoever may run these owns the database; their grants are not asked for, but every change is in
the audit as ``command:<account of the system>``.
"""

from __future__ import annotations

import getpass
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unicodedata import east_asian_width

import click

from gis import accounts
from gis.accounts import Author, KeyInfo, Kind
from gis.cli.database import say, working_engine
from gis.core.access import GRANTABLE, Grant, Role
from gis.core.clock import SHANGHAI
from gis.core.errors import Invalid, NotFound
from gis.db.session import GateSession, write_session
from gis.divisions import padded_code
from gis.settings import Settings

ROLES = click.Choice([role.value for role in GRANTABLE])


class _Code(click.ParamType):  # type: ignore[type-arg]  # generic only for the type checker
    """A division code, which may be given short."""

    name = "code"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Fill a code up to twelve digits."""
        if not re.fullmatch(r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}", str(value)):
            self.fail("a division code has 12 digits, or 6 or 9 for the upper levels", param, ctx)
        return padded_code(str(value))


CODE = _Code()

on_profile = click.option(
    "--profile", metavar="NAME", help="Work on the database of that demo (gridmap_NAME)."
)
role_option = click.option("--role", type=ROLES, required=True, help="What may be done.")
division_option = click.option(
    "--division", type=CODE, required=True, help="Where, with all below; 6, 9 or 12 digits."
)
expires_option = click.option(
    "--expires", type=click.IntRange(1, 3650), metavar="DAYS", help="Holds so long."
)


def operator() -> Author:
    """Return the person at the terminal as an author of changes."""
    return Author(f"command:{getpass.getuser()}")


@contextmanager
def gate(profile: str | None) -> Iterator[GateSession]:
    """Open one transaction as the owner of the database, which may be serving meanwhile.

    Parameters
    ----------
    profile
        Of a demo, to work on its database.

    Yields
    ------
    GateSession

    Raises
    ------
    Invalid
        ``--profile`` where ``DATABASE_URL`` names the database.
    """
    settings = Settings()
    if profile is not None:
        if settings.database_url:
            raise Invalid(
                "DATABASE_URL names the database; leave out --profile",
                zh="已由 DATABASE_URL 指定数据库，请去掉 --profile",
            )
        settings = settings.model_copy(update={"database": f"gridmap_{profile}"})
    with working_engine(settings) as engine, write_session(engine) as session:
        yield GateSession(session)


@click.group()
def user() -> None:
    """People who log in (账号)."""


@user.command("add")
@click.argument("login")
@click.option("--name", default="", help="The person's name or function.")
@click.option("--role", type=ROLES, help="Grant this at once; needs --division.")
@click.option("--division", type=CODE, help="Where.")
@click.option("--prompt", is_flag=True, help="Type the password instead of having one made.")
@click.option("--no-password", is_flag=True, help="Logs in at the identity provider only.")
@on_profile
def add_user(
    *,
    login: str,
    name: str,
    role: str | None,
    division: str | None,
    prompt: bool,
    no_password: bool,
    profile: str | None,
) -> None:
    """Make an account; a random password is printed once (新建账号)."""
    if (role is None) != (division is None):
        raise click.UsageError("--role and --division belong together")
    password = None if no_password else _password(prompt=prompt)
    with gate(profile) as session:
        accounts.add_account(session, operator(), login, name, password)
        if role and division:
            accounts.grant_role(session, operator(), login, Role(role), division)
    say(f"已新建账号 {login}", f"made the account {login}")
    if password is not None and not prompt:
        _show_password(password)


@user.command("list")
@on_profile
def list_users(profile: str | None) -> None:
    """List the accounts and what they were granted (账号列表)."""
    with gate(profile) as session:
        found = accounts.list_accounts(session, operator())
    rows = [
        (
            account.login,
            account.display_name,
            "disabled" if account.is_disabled else "",
            _time(account.last_login_at),
            _grants(account.grants),
        )
        for account in found
    ]
    _table(("LOGIN", "NAME", "STATE", "LAST LOGIN", "GRANTS"), rows)


@user.command("grant")
@click.argument("login")
@role_option
@division_option
@on_profile
def grant_user(login: str, role: str, division: str, profile: str | None) -> None:
    """Give an account a role on a division and all below (授权)."""
    with gate(profile) as session:
        accounts.grant_role(session, operator(), login, Role(role), division)
    say(f"{login} 现为 {division} 的 {role}", f"{login} is {role} of {division}")


@user.command("revoke")
@click.argument("login")
@role_option
@division_option
@on_profile
def revoke_user(login: str, role: str, division: str, profile: str | None) -> None:
    """Take a role from an account (撤销授权)."""
    with gate(profile) as session:
        accounts.revoke_role(session, operator(), login, Role(role), division)
    say(f"{login} 不再是 {division} 的 {role}", f"{login} is no longer {role} of {division}")


@user.command("disable")
@click.argument("login")
@on_profile
def disable_user(login: str, profile: str | None) -> None:
    """Let somebody in no more; all sessions end (停用账号)."""
    with gate(profile) as session:
        accounts.disable_account(session, operator(), login)
    say(f"已停用 {login}", f"{login} is disabled")


@user.command("enable")
@click.argument("login")
@on_profile
def enable_user(login: str, profile: str | None) -> None:
    """Let somebody in again, and end a lock-out (启用或解锁账号)."""
    with gate(profile) as session:
        accounts.enable_account(session, operator(), login)
    say(f"已启用 {login}", f"{login} is enabled")


@user.command("password")
@click.argument("login")
@click.option("--prompt", is_flag=True, help="Type the password instead of having one made.")
@on_profile
def set_password(login: str, prompt: bool, profile: str | None) -> None:
    """Give an account another password; a random one is printed once (重置密码)."""
    password = _password(prompt=prompt)
    with gate(profile) as session:
        accounts.set_password(session, operator(), login, password)
    say(f"已更改 {login} 的密码", f"changed the password of {login}")
    if not prompt:
        _show_password(password)


@user.command("link")
@click.argument("login")
@click.argument("identity", required=False)
@on_profile
def link_user(login: str, identity: str | None, profile: str | None) -> None:
    """Say by which IDENTITY ("issuer subject") of the provider somebody logs in (关联统一身份)."""
    with gate(profile) as session:
        accounts.link_account(session, operator(), login, identity)
    say(f"已更新 {login} 的统一身份", f"changed the identity of {login}")


@click.group()
def key() -> None:
    """Keys of other systems (接口密钥)."""


@key.command("add")
@click.option("--name", required=True, help="Which system.")
@role_option
@division_option
@expires_option
@on_profile
def add_key(name: str, role: str, division: str, expires: int | None, profile: str | None) -> None:
    """Make a key; it is printed once, and nothing else on stdout (新建密钥)."""
    click.echo(_made("key", name, role=role, division=division, days=expires, profile=profile))
    say("密钥只显示这一次，请妥善保存", "the key is shown this once: keep it safe")


@key.command("revoke")
@click.argument("name_or_id")
@on_profile
def revoke_key(name_or_id: str, profile: str | None) -> None:
    """Let a key in no more (撤销密钥)."""
    _revoke("key", name_or_id, profile)


@key.command("list")
@on_profile
def list_keys(profile: str | None) -> None:
    """List the keys and when they were last used (密钥列表)."""
    _list("key", profile)


@click.group()
def kiosk() -> None:
    """Links of wall screens (大屏链接)."""


@kiosk.command("add")
@click.option("--name", required=True, help="Which screen.")
@division_option
@expires_option
@on_profile
def add_kiosk(name: str, division: str, expires: int | None, profile: str | None) -> None:
    """Make a link that a wall screen opens; its path is printed once (新建大屏链接)."""
    click.echo(
        "/kiosk/"
        + _made("kiosk", name, role=Role.VIEWER, division=division, days=expires, profile=profile)
    )
    say(
        "请在大屏浏览器中打开：服务器地址 + 上面的路径；只显示这一次",
        "open it on the screen: the server's address and this path; it is shown this once",
    )


@kiosk.command("revoke")
@click.argument("name_or_id")
@on_profile
def revoke_kiosk(name_or_id: str, profile: str | None) -> None:
    """Let a wall screen in no more (撤销大屏链接)."""
    _revoke("kiosk", name_or_id, profile)


@kiosk.command("list")
@on_profile
def list_kiosks(profile: str | None) -> None:
    """List the links of wall screens (大屏链接列表)."""
    _list("kiosk", profile)


def _made(
    kind: Kind, name: str, *, role: str, division: str, days: int | None, profile: str | None
) -> str:
    with gate(profile) as session:
        _, secret = accounts.add_key(
            session,
            operator(),
            kind=kind,
            name=name,
            role=Role(role),
            division=division,
            days=days,
        )
    return secret.text


def _revoke(kind: Kind, name_or_id: str, profile: str | None) -> None:
    with gate(profile) as session:
        number = accounts.find_key(session, kind, name_or_id)
        if number is None and name_or_id.isascii() and name_or_id.isdigit():
            ids = {found.id for found in accounts.list_keys(session, operator(), kind)}
            number = int(name_or_id) if int(name_or_id) in ids else None
        if number is None:
            raise NotFound(
                f"there is no {kind} {name_or_id!r} in use; see gridmap {kind} list",
                zh=f"没有正在使用的“{name_or_id}”，请查看 gridmap {kind} list",
            )
        accounts.revoke_key(session, operator(), number)
    say(f"已撤销 {name_or_id}", f"revoked {name_or_id}")


def _list(kind: Kind, profile: str | None) -> None:
    with gate(profile) as session:
        found = accounts.list_keys(session, operator(), kind)
    rows = [
        (str(one.id), one.name, _state(one), _time(one.last_used_at), _grants(one.grants))
        for one in found
    ]
    _table(("ID", "NAME", "STATE", "LAST USE", "GRANTS"), rows)


def _state(found: KeyInfo) -> str:
    if found.revoked_at is not None:
        return f"revoked {_time(found.revoked_at)}"
    return f"until {_time(found.expires_at)}" if found.expires_at else ""


def _password(*, prompt: bool) -> str:
    """Ask for a password, never as an argument: the list of processes shows those."""
    if not prompt:
        return accounts.make_password()
    if not sys.stdin.isatty():  # from a pipe: one line
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt(
        "密码 password", hide_input=True, confirmation_prompt="再输一次 once more", err=True
    )
    return typed


def _show_password(password: str) -> None:
    say("初始密码（只显示这一次）：", "the password, shown this once:")
    click.echo(password)


def _time(moment: Any) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else ""


def _grants(grants: tuple[Grant, ...]) -> str:
    return " ".join(f"{grant.role}@{grant.division}" for grant in grants)


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(map(_width, column)) for column in zip(heads, *rows, strict=True)]
    for row in (heads, *rows):
        cells = (cell + " " * (most - _width(cell)) for cell, most in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes: Chinese characters take two."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
