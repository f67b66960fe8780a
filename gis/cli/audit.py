"""``gridmap audit``: prove that the audit is whole, read it, take it elsewhere."""

from __future__ import annotations

import datetime as dt
import os
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import orjson

from gis import audit as audits
from gis.cli.database import say, working_engine
from gis.core.access import WHOLE
from gis.core.clock import SHANGHAI
from gis.core.errors import Conflict, Invalid
from gis.db.session import read_session
from gis.settings import Settings

DAY = click.DateTime(["%Y-%m-%d"])
#: Control characters would let an entry write over the lines around it.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@click.group()
def audit() -> None:
    """审计日志 The audit: who did what, when, from where."""


@audit.command()
@click.option(
    "--expect",
    metavar="HASH",
    help="此前抄录的链首哈希 Hash of the head that was noted earlier, somewhere else.",
)
def verify(expect: str | None) -> None:
    """校验审计链 Prove that no entry was changed, removed, inserted or renumbered."""
    expected = _hash(expect)
    with working_engine(Settings()) as engine, read_session(engine) as session:
        report = audits.verify(session, expected)
    if report.fault is not None:
        click.echo(f"✗ {report.fault.detail_zh}", err=True)
        click.echo(f"  {report.fault.detail}", err=True)
        say(f"此前 {report.count} 条完好", f"the {report.count} entries before it are whole")
        sys.exit(1)
    click.echo(f"{report.count} {report.head_hash.hex() or '-'}")
    say(
        "审计链完整；请将条数和哈希抄录到别处，供下次 --expect 使用",
        "the audit is whole; note count and hash somewhere else, for --expect",
    )


def _hash(text: str | None) -> bytes | None:
    if text is None:
        return None
    if text == "-":
        return b""
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise Invalid(
            "--expect: a hash has 64 hexadecimal digits", zh="--expect：哈希为 64 位十六进制"
        )
    return bytes.fromhex(text)


@audit.command("list")
@click.option("--actor", help="何人 Only this actor, such as account:wang.")
@click.option("--action", help="何事 Only this action, such as person.unmask.")
@click.option("--subject", help="何物 Only this subject, such as household:H000123.")
@click.option("--division", metavar="CODE", help="区划 This division (12 digits) and all below.")
@click.option("--from", "from_day", type=DAY, help="起日 First day.")
@click.option("--to", "to_day", type=DAY, help="止日 Last day.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
def list_(
    *,
    actor: str | None,
    action: str | None,
    subject: str | None,
    division: str | None,
    from_day: dt.datetime | None,
    to_day: dt.datetime | None,
    limit: int,
) -> None:
    """查看审计日志 Show entries, the newest first."""
    wanted = audits.AuditFilter(
        actor,
        action,
        subject,
        division,
        from_day.date() if from_day else None,
        to_day.date() if to_day else None,
    )
    with working_engine(Settings()) as engine, read_session(engine) as session:
        for entry in audits.list_entries(session, WHOLE, wanted, limit=limit):
            click.echo(_line(entry))


def _line(entry: audits.AuditEntry) -> str:
    parts: list[Any] = [
        entry.audit_id,
        f"{entry.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
        entry.actor,
        entry.address or "-",
        entry.action,
        entry.subject,
        entry.reason or "",
    ]
    return "  ".join(_CONTROL.sub("�", str(part)) for part in parts).rstrip()


@audit.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export(file: Path) -> None:
    """导出审计日志 Write all entries into FILE (JSON Lines, 0600), with their hashes."""
    count = 0
    try:
        door = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Conflict(f"{file.name} is there already", zh=f"{file.name} 已存在") from error
    with (
        os.fdopen(door, "wb") as out,
        working_engine(Settings()) as engine,
        read_session(engine) as session,
    ):
        for entry in audits.stream_entries(session):
            out.write(orjson.dumps(asdict(entry) | {"row_hash": entry.row_hash.hex()}) + b"\n")
            count += 1
    say(f"已导出 {count} 条", f"{count} entries written")
