"""``gridmap changeset``: drafts of boundary changes from scripts (调整方案).

Whoever may run these owns the database and may do everything; only nobody approves what he had a
hand in, which holds for ``command:<account of the system>`` as for anybody.
"""

from __future__ import annotations

import datetime as dt
import getpass
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click
import orjson

from gis.boundaries import drafts, uploads
from gis.boundaries.drafts import Changeset
from gis.cli.database import say, working_engine
from gis.core.access import Actor, Grant, Role
from gis.core.errors import EditRefused, Invalid
from gis.db.session import WriteSession, as_reader, write_session
from gis.divisions import padded_code
from gis.divisions.deployment import get_deployment
from gis.profiles import load_profile
from gis.settings import Settings

number_argument = click.argument("number", type=click.IntRange(min=1))
comment_option = click.option("--comment", default="", help="意见 What is said about it.")


@contextmanager
def _working() -> Iterator[tuple[WriteSession, Actor]]:
    """Open one transaction as the owner, and say who works in it."""
    with working_engine(Settings()) as engine, write_session(engine) as session:
        root = get_deployment(as_reader(session)).root_code
        grants = tuple(Grant(role, root, (root,)) for role in (Role.PLANNER, Role.REVIEWER))
        yield session, Actor(f"command:{getpass.getuser()}", grants)


@click.group()
def changeset() -> None:
    """调整方案 Drafts of boundary changes."""


@changeset.command("list")
@click.option("--state", multiple=True, help="状态 Only these states.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
def list_(state: tuple[str, ...], limit: int) -> None:
    """列出方案 List drafts, the newest first."""
    with _working() as (session, _):
        found = drafts.list_changesets(as_reader(session), states=state or None, limit=limit)
    for one in found:
        scope = ",".join(code[:9] for code in one.scope_codes)
        click.echo(
            f"{one.changeset_id}\t{one.state}\t{one.author}\t{scope}\t{one.grids}\t{one.title}"
        )


@changeset.command()
@number_argument
def show(number: int) -> None:
    """查看方案 Show a draft as JSON: its operations, its verdict, whose approvals are missing."""
    with _working() as (session, actor):
        found = drafts.get_changeset(session, number)
        told = {
            "changeset": found,
            "operations": [
                {"op_no": one.op_no, "is_undone": one.is_undone, **one.parameters}
                for one in drafts.list_operations(session, found)
            ],
            "validation": drafts.validate(session, actor, number),
            "reviews": drafts.list_reviews(session, found),
            "missing_approvals": drafts.missing_approvals(session, found),
        }
    click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())


@changeset.command()
@click.argument("title")
@click.option("--scope", multiple=True, required=True, help="乡镇代码 Township; may be repeated.")
@click.option("--reason", default="", help="调整原因 Why.")
@click.option(
    "--effective-from",
    type=click.DateTime(["%Y-%m-%d"]),
    help="生效日期 First day on which it holds; the day of publication by default.",
)
def new(
    title: str, scope: tuple[str, ...], reason: str, effective_from: dt.datetime | None
) -> None:
    """新建方案 Begin a draft; its number is printed."""
    with _working() as (session, actor):
        made = drafts.create_changeset(
            session,
            actor,
            title=title,
            reason=reason,
            effective_from=None if effective_from is None else effective_from.date(),
            scope_codes=[padded_code(code) for code in scope],
        )
    click.echo(made.changeset_id)


@changeset.command()
@number_argument
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--dry-run", is_flag=True, help="只试算 Try them; nothing is written.")
def apply(number: int, file: Path, *, dry_run: bool) -> None:
    """执行操作 Do the operations of a JSON file, all of them or none (docs/editing.md)."""
    operations = _operations(file)
    with _working() as (session, actor):
        for place, operation in enumerate(operations, start=1):
            found = drafts.get_changeset(session, number)
            try:
                outcome = drafts.apply_operation(session, actor, number, found.version, operation)
            except EditRefused as refused:
                _tell_refusal(place, refused)
                raise
            for fault in (*outcome.auto_fixes, *outcome.warnings):
                say(f"第 {place} 项：{fault['detail_zh']}", f"{place}: {fault['detail']}")
        if dry_run:
            session.rollback()
    did = ("已试算", "tried") if dry_run else ("已执行", "did")
    say(f"{did[0]} {len(operations)} 项操作", f"{did[1]} {len(operations)} operations")


def _operations(file: Path) -> list[dict[str, Any]]:
    try:
        document = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise Invalid(
            f"{file}: no JSON: {error}", zh=f"{file}：不是有效的 JSON：{error}"
        ) from error
    listed = document if isinstance(document, list) else [document]
    if not listed or not all(isinstance(one, dict) for one in listed):
        raise Invalid(
            f"{file}: must be an operation, or a list of operations",
            zh=f"{file}：应为一个操作或操作列表",
        )
    return listed


def _tell_refusal(place: int, refused: EditRefused) -> None:
    for fault in refused.extra["errors"]:
        where = "、".join(fault["grids"])
        say(
            f"第 {place} 项 {fault['code']} {where}：{fault['detail_zh']}",
            f"{place} {fault['code']}: {fault['detail']}",
        )


@changeset.command()
@number_argument
def submit(number: int) -> None:
    """提交审核 Hand a draft in for review."""
    with _working() as (session, actor):
        _tell(drafts.submit(session, actor, number, _version(session, number)))


@changeset.command()
@number_argument
def withdraw(number: int) -> None:
    """撤回 Take a draft back."""
    with _working() as (session, actor):
        _tell(drafts.withdraw(session, actor, number, _version(session, number)))


@changeset.command()
@number_argument
@comment_option
def approve(number: int, comment: str) -> None:
    """审核通过 Approve a submitted draft."""
    with _working() as (session, actor):
        _tell(drafts.approve(session, actor, number, _version(session, number), comment))


@changeset.command()
@number_argument
@comment_option
def reject(number: int, comment: str) -> None:
    """退回 Send a submitted draft back."""
    with _working() as (session, actor):
        _tell(drafts.reject(session, actor, number, _version(session, number), comment))


@changeset.command()
@number_argument
def publish(number: int) -> None:
    """发布 Put an approved draft into force."""
    with _working() as (session, actor):
        _, done = drafts.publish(session, actor, number, _version(session, number))
    say(
        f"已发布第 {done['generation']} 版：新建 {done['created']}、变更 {done['changed']}、"
        f"撤销 {done['retired']} 个网格，重新入格 {done['refiled_households']} 户、"
        f"{done['refiled_events']} 件事件",
        f"published generation {done['generation']}: {done['created']} created,"
        f" {done['changed']} changed, {done['retired']} retired; {done['refiled_households']}"
        f" households and {done['refiled_events']} events were filed anew",
    )


@changeset.command()
@number_argument
def schedule(number: int) -> None:
    """预定发布 Have an approved draft published on its effective day."""
    with _working() as (session, actor):
        found = drafts.schedule(session, actor, number, _version(session, number))
    say(
        f"方案 {number} 将于 {found.effective_from} 自动发布",
        f"changeset {number} will be published on {found.effective_from}",
    )


@changeset.command()
@number_argument
def unschedule(number: int) -> None:
    """取消预定 Take that back; the draft stays approved."""
    with _working() as (session, actor):
        _tell(drafts.unschedule(session, actor, number, _version(session, number)))


@changeset.command("publish-due")
def publish_due() -> None:
    """发布到期方案 Publish the drafts whose day has come; a running server does it by itself."""
    with working_engine(Settings()) as engine:
        found = drafts.publish_due(partial(write_session, engine))
    for one in found.done:
        if one.refusal is None:
            say(
                f"方案 {one.changeset_id}：已发布第 {one.generation} 版",
                f"changeset {one.changeset_id}: published generation {one.generation}",
            )
        else:
            say(
                f"方案 {one.changeset_id}：未能发布，{one.refusal['detail_zh']}",
                f"changeset {one.changeset_id}: not published: {one.refusal['detail']}",
            )
    if found.done:
        return
    if found.is_over:
        say("没有到期的方案", "nothing is due")
    else:
        say(
            "到期方案正由另一进程发布，或将稍后重试",
            "what is due is being published by another process, or is tried again later",
        )


def _version(session: WriteSession, number: int) -> int:
    return drafts.get_changeset(session, number).version


def _tell(found: Changeset) -> None:
    say(
        f"方案 {found.changeset_id}：{found.state}",
        f"changeset {found.changeset_id}: {found.state}",
    )


@changeset.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--crs", help="坐标系 Coordinate system, where the file does not say it.")
@click.option("--layer", help="图层 Which layer, where the file has several.")
@click.option("--division", help="区划 Compare with the grids of this division only.")
@click.option(
    "--snap",
    type=click.FloatRange(0, uploads.MAX_SNAP_M),
    help="吻合容差 How far vertices are moved onto known ones, in metres; 0.5 by default.",
)
@click.option(
    "--accept",
    default="",
    help="接受的修补 Accepted repairs: all, or their ids with commas between.",
)
@click.option("--title", help="方案名称 Of the changeset; the name of the file by default.")
@click.option("--dry-run", is_flag=True, help="只比对 Only tell what would change.")
def import_(
    *,
    file: Path,
    crs: str | None,
    layer: str | None,
    division: str | None,
    snap: float | None,
    accept: str,
    title: str | None,
    dry_run: bool,
) -> None:
    """导入文件 Make a draft of what FILE changes; its number is printed (docs/importing.md)."""
    received = uploads.receive_file(file.read_bytes(), file.name, layer)
    with _working() as (session, actor):
        settings = Settings()
        deployment = get_deployment(as_reader(session))
        profile = load_profile(deployment.profile, settings.profiles_dir)
        where = None if division is None else padded_code(division)
        upload = uploads.take_upload(session, actor, received, profile, where)
        accepted = tuple(part.strip() for part in accept.split(",") if part.strip())
        confirmation = uploads.Confirmation(crs=crs, snap_m=snap, accept=accepted)
        number = upload.boundary_upload_id
        found = uploads.confirm_upload(session, actor, number, confirmation, profile)
        _tell_findings(found.report)
        if dry_run:
            session.rollback()
            return
        made = uploads.apply_upload(session, actor, number, profile, title=title)
    click.echo(made.changeset_id)


def _tell_findings(report: Mapping[str, Any]) -> None:
    summary = report["summary"]
    zh = "、".join(f"{_KINDS_ZH[kind]} {summary[kind]}" for kind in _KINDS_ZH)
    en = ", ".join(f"{summary[kind]} {kind.replace('_', ' ')}" for kind in _KINDS_ZH)
    say(f"与现有网格相比：{zh}", f"against the stored grids: {en}")
    for note in report["notes"]:
        say(note["zh"], note["en"])
    for row in report["refused"]:
        say(f"第 {row['row']} 个要素：{row['detail_zh']}", f"feature {row['row']}: {row['detail']}")
    for repair in report["repairs"]:
        mark = "✓" if repair["is_accepted"] else "·"
        said = f"{mark} {repair['id']}"
        say(f"{said} {repair['detail_zh']}", f"{said} {repair['detail']}")
    for fault in report["faults"]:
        say(f"{fault['code']}：{fault['detail_zh']}", f"{fault['code']}: {fault['detail']}")


_KINDS_ZH = {
    "unchanged": "未变",
    "node_only": "仅增减节点",
    "modified": "修改",
    "split": "拆分",
    "merged": "合并",
    "new": "新建",
    "retired": "撤销",
    "untold": "文件未涉及",
    "waiting": "待接受修补",
}
