"""``gridmap person``: keys of people's data, their rotation, and erasure."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import get_args

import click
from sqlalchemy import Engine

from gis import privacy
from gis.cli.database import say, working_engine
from gis.cli.report import save_refusals, tell_report
from gis.core.errors import Conflict, Invalid, RowsRefused
from gis.db.session import as_reader, read_session, write_session
from gis.privacy.keyring import Cipher
from gis.settings import Settings

algorithm_option = click.option(
    "--algorithm",
    type=click.Choice(get_args(Cipher)),
    help="算法 The cipher; its blind index is HMAC-SM3 or HMAC-SHA-256.",
)


@click.group()
def person() -> None:
    """个人信息 People's data: keys, rotation, erasure."""


@person.group()
def keys() -> None:
    """密钥文件 The key file (GRIDMAP_PERSON_KEYS); its secrets are never shown."""


@keys.command()
@algorithm_option
@click.option("--with-id-no", is_flag=True, help="允许存储身份证号 Citizens' numbers are stored.")
def init(*, algorithm: Cipher | None, with_id_no: bool) -> None:
    """生成密钥文件 Make the key file."""
    path = _path(Settings())
    keyring = privacy.new_keyring(algorithm or "sm4-gcm", with_id_no=with_id_no)
    privacy.write_keyring(path, keyring)
    say(
        f"已生成 {path}（权限 0600）；请另行备份，丢失则数据无法恢复",
        f"{path} was made (0600); back it up apart from the database: without it the data are lost",
    )


@keys.command()
@algorithm_option
def add(algorithm: Cipher | None) -> None:
    """添加新密钥 Add keys that write from now on; then type: gridmap person rotate."""
    path = _path(Settings())
    keyring = privacy.read_keyring(path)
    chosen: Cipher = algorithm or keyring.writing.algorithm  # type: ignore[assignment]
    keyring = privacy.add_keys(keyring, chosen)
    privacy.write_keyring(path, keyring, replacing=True)
    say(f"新密钥 {keyring.writing.key_id}", f"new key {keyring.writing.key_id}")


@keys.command("list")
def list_() -> None:
    """列出密钥 List the keys, and how many persons are under each."""
    settings = Settings()
    keyring = privacy.read_keyring(_path(settings))
    with working_engine(settings) as engine, read_session(engine) as session:
        persons = privacy.count_by_key(session)
    for key in (*keyring.ciphers, *keyring.indexes):
        writes = key in (keyring.writing, keyring.indexing)
        count = persons.pop(key.key_id, 0)
        mark = "*" if writes else " "
        click.echo(f"{mark} {key.key_id}  {key.algorithm}  {key.made_on}  {count}")
    for key_id, count in sorted(persons.items()):
        click.echo(f"? {key_id}  -  -  {count}")


@keys.command()
def drop() -> None:
    """删除旧密钥 Forget the old keys, once nobody is under them."""
    settings = Settings()
    path = _path(settings)
    keyring = privacy.read_keyring(path)
    with working_engine(settings) as engine:
        left = _count_outdated(engine, keyring)
        if left:
            raise Conflict(
                f"{left} persons are under old keys; type: gridmap person rotate",
                zh=f"仍有 {left} 条个人信息使用旧密钥，请先运行 gridmap person rotate",
            )
        privacy.write_keyring(path, privacy.drop_old_keys(keyring), replacing=True)
    say("旧密钥已删除", "the old keys were dropped")


@person.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--subject", type=click.Choice(privacy.SUBJECTS), required=True)
@click.option("--county", metavar="CODE", help="县码 Six digits, where several have the numbers.")
@click.option(
    "--map", "mapping", multiple=True, metavar="FIELD=HEADER", help="列对应 Which column is what."
)
def import_(
    *, file: Path, subject: privacy.SubjectKind, county: str | None, mapping: tuple[str, ...]
) -> None:
    """导入个人信息 Store the persons of FILE (CSV or XLSX: number, name, phone, address)."""
    settings = Settings()
    keyring = privacy.read_keyring(_path(settings))
    try:
        with working_engine(settings) as engine, write_session(engine) as session:
            report = privacy.import_persons(
                session, keyring, _doer(), file, subject, county=county, mapping=mapping
            )
    except RowsRefused as error:
        tell_report(error.extra["report"])
        save_refusals(error.extra["report"], file, None)
        raise
    tell_report(report)


@person.command()
@click.option("--batch", type=click.IntRange(1, 10_000), default=500, show_default=True)
def rotate(batch: int) -> None:
    """轮换密钥 Encrypt everybody with the newest keys; may be stopped and started again."""
    settings = Settings()
    keyring = privacy.read_keyring(_path(settings))
    with working_engine(settings) as engine:
        total, done = _count_outdated(engine, keyring), 0
        last: tuple[str, int] | None = privacy.START
        while last is not None:
            with write_session(engine) as session:
                rotated = privacy.rotate_batch(session, keyring, last, limit=batch)
            done, last = done + rotated.count, rotated.last
            if rotated.count:
                say(f"已轮换 {done}/{total}", f"{done} of {total} done")
        if done:
            with write_session(engine) as session:
                privacy.record_rotation(session, _doer(), keyring, done)
        left = _count_outdated(engine, keyring)
    if left:
        raise Conflict(
            f"{left} persons were being changed meanwhile; run it again",
            zh=f"有 {left} 条正被修改，请再次运行",
        )
    say("全部使用最新密钥", "everybody is under the newest keys")


@person.command()
@click.option("--subject", type=click.Choice(privacy.SUBJECTS), required=True)
@click.option("--no", "number", required=True, help="编号 household_no, event_no or staff_no.")
@click.option("--county", metavar="CODE", help="县码 Six digits, where several have the number.")
@click.option("--reason", required=True, help="原因 Why; kept in the audit.")
@click.confirmation_option(prompt="将永久删除该个人信息 This erases the data for good. 继续 Go on?")
def erase(*, subject: privacy.SubjectKind, number: str, county: str | None, reason: str) -> None:
    """删除个人信息 Erase a person's data for good."""
    with working_engine(Settings()) as engine, write_session(engine) as session:
        found = privacy.find_subject(as_reader(session), subject, number, county)
        if not privacy.erase_person(session, _doer(), found, reason):
            raise Conflict("nothing was stored", zh="没有存储个人信息")
    say("已删除", "erased")


@person.command()
def purge() -> None:
    """清除过期个人信息 Erase everybody whose last day is over."""
    total = 0
    with working_engine(Settings()) as engine:
        while True:
            with write_session(engine) as session:
                count = privacy.purge_batch(session, _doer())
            total += count
            if not count:
                break
    say(f"已删除 {total} 条过期个人信息", f"{total} persons erased")


def _count_outdated(engine: Engine, keyring: privacy.Keyring) -> int:
    with read_session(engine) as session:
        return privacy.count_outdated(session, keyring)


def _doer() -> privacy.Doer:
    return privacy.Doer(f"command:{getpass.getuser()}")


def _path(settings: Settings) -> Path:
    if settings.person_keys is None:
        raise Invalid(
            "GRIDMAP_PERSON_KEYS names no file: say where the keys of people's data are, or go",
            zh="未设置 GRIDMAP_PERSON_KEYS，请指明个人信息密钥文件的位置",
        )
    return settings.person_keys
