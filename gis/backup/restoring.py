"""Restore a backup into an empty database, and prove that it is what was backed up."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg2 import sql
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from gis.backup.contents import differences, list_tables, read_contents
from gis.backup.dumping import server_version, sha256_of
from gis.backup.manifest import Manifest, Role, read_manifest
from gis.backup.programs import connection_words, find_program, run_program
from gis.core.errors import BadFile, Conflict, Unavailable
from gis.db.engine import make_engine
from gis.db.migrate import MIGRATIONS
from gis.db.session import ReadSession, read_session
from gis.tabular import Progress, silent

SHOWN = 5


def check_backup(file: Path, progress: Progress = silent) -> Manifest:
    """Make sure that a backup is whole and that this program knows its schema.

    Parameters
    ----------
    file
        The backup; its manifest lies beside it.
    progress
        Told what is being done.

    Returns
    -------
    Manifest

    Raises
    ------
    BadFile
        It is damaged, cut off, or its manifest is missing.
    Conflict
        Its schema is of another version of gridmap.
    """
    manifest = read_manifest(file)
    progress("校验备份文件", "checking the file")
    try:
        length = file.stat().st_size
        whole = length == manifest.dump_bytes and sha256_of(file) == manifest.dump_sha256
    except OSError as error:
        raise BadFile(
            f"{file} cannot be read: {error.strerror}", zh=f"无法读取 {file}：{error.strerror}"
        ) from error
    if length < manifest.dump_bytes:
        raise BadFile(
            f"{file} is cut off: {length} of {manifest.dump_bytes} bytes are there",
            zh=f"{file} 不完整：应有 {manifest.dump_bytes} 字节，实有 {length} 字节",
        )
    if not whole:
        raise BadFile(
            f"{file} is damaged: its SHA-256 is not that of the manifest",
            zh=f"{file} 已损坏：校验和与清单不符",
        )
    _require_known(manifest)
    return manifest


def _require_known(manifest: Manifest) -> None:
    try:
        known = manifest.schema is None or bool(
            ScriptDirectory(str(MIGRATIONS)).get_revision(manifest.schema)
        )
    except CommandError:
        known = False
    if not known:
        raise Conflict(
            f"the backup's schema ({manifest.schema}) belongs to another version of gridmap; use"
            " that program, or a newer one",
            zh=f"备份的数据库结构（{manifest.schema}）属于其他版本的 gridmap；"
            "请使用该版本或更新版本",
        )


def restore_into(url: str, file: Path, manifest: Manifest, progress: Progress = silent) -> None:
    """Restore a checked backup into an empty database, in one transaction, and prove it.

    Parameters
    ----------
    url
        Of the database; whoever logs in owns what comes.
    file, manifest
        From `check_backup`.
    progress
        Told how far it is.

    Raises
    ------
    Conflict
        The database holds something, or what came is not what was backed up.
    Unavailable
        The server is too old, lacks an extension or a role, or failed; nothing was changed.
    """
    engine = make_engine(url, statement_timeout_s=0, pool_size=1)
    try:
        with read_session(engine) as session:
            major = server_version(session) // 10_000
            _require_fit(session, manifest, major)
        _make_roles(engine, manifest.contents.roles)
        _fill(url, file, manifest, major, progress)
        _prove(engine, manifest, major, progress)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    finally:
        engine.dispose()


def _require_fit(session: ReadSession, manifest: Manifest, major: int) -> None:
    held = list_tables(session)
    if held:
        name = session.scalar(text("SELECT current_database()"))
        raise Conflict(
            f"the database {name} holds {len(held)} tables, for example {held[0]}; a backup is only"
            " restored into an empty one: --database NAME makes one",
            zh=f"数据库 {name} 中已有 {len(held)} 张表，例如 {held[0]}；只能恢复到空库："
            "用 --database NAME 新建",
        )
    if major < manifest.server_major:
        raise Unavailable(
            f"the backup is of PostgreSQL {manifest.server_major}, this server is {major}; restore"
            f" into {manifest.server_major} or newer",
            zh=f"备份来自 PostgreSQL {manifest.server_major}，当前服务器为 {major}；"
            "请恢复到同版本或更新版本",
        )
    there = set(session.scalars(text("SELECT name FROM pg_available_extensions")))
    missing = sorted(set(manifest.extensions) - there)
    if missing:
        raise Unavailable(
            f"the server lacks the extensions {', '.join(missing)}; install them, then restore",
            zh=f"服务器缺少扩展 {', '.join(missing)}；请安装后再恢复",
        )


def _make_roles(engine: Engine, roles: tuple[Role, ...]) -> None:
    """Make the roles of the cluster that are missing; refuse those that no policy would bind."""
    with engine.begin() as connection:
        rows = connection.execute(text("SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles"))
        unbound = {str(name): bool(free) for name, free in rows}
        free = [role.name for role in roles if unbound.get(role.name)]
        if free:
            raise Conflict(
                f"on this server the roles {', '.join(free)} are above row-level security; take"
                " that from them first (ALTER ROLE … NOSUPERUSER NOBYPASSRLS)",
                zh=f"本服务器上的角色 {', '.join(free)} 不受行级安全约束，请先取消其特权",
            )
        wanted = [role for role in roles if role.name not in unbound]
        statements = [_creation(role) for role in wanted]
        statements += [
            sql.SQL("GRANT {} TO {}").format(sql.Identifier(above), sql.Identifier(role.name))
            for role in wanted
            for above in role.member_of
        ]
        driver: Any = connection.connection.driver_connection
        words = [statement.as_string(driver) for statement in statements]
        try:
            for said in words:
                connection.exec_driver_sql(said)
        except DBAPIError as error:
            raise Unavailable(
                "roles that the backup needs are missing, and this user may not make them. As a"
                f" superuser type: {'; '.join(words)};",
                zh=f"缺少备份所需的角色且当前用户无权创建。请以超级用户执行：{'; '.join(words)};",
            ) from error


def _creation(role: Role) -> sql.Composed:
    words = sql.SQL("CREATE ROLE {} {} {}")
    return words.format(
        sql.Identifier(role.name),
        sql.SQL("LOGIN" if role.may_log_in else "NOLOGIN"),
        sql.SQL("INHERIT" if role.inherits else "NOINHERIT"),
    )


def _fill(url: str, file: Path, manifest: Manifest, major: int, progress: Progress) -> None:
    program = find_program("pg_restore", major)
    words, secret = connection_words(url)
    rows = {name: table.rows for name, table in manifest.contents.tables.items()}
    done = 0

    def hear(line: str) -> None:
        nonlocal done
        found = re.search(r'processing data for table "([\w.]+)"', line)
        if found:
            progress("恢复数据", "restoring the tables", done / max(manifest.rows, 1))
            done += rows.get(found.group(1), 0)

    with tempfile.NamedTemporaryFile("w+", prefix="gridmap-", encoding="utf-8") as chosen:
        _choose(program, file, Path(chosen.name))
        command: list[str | Path] = [program, "--verbose", "--no-password", "--no-owner"]
        # One transaction: a restore that is killed leaves the database empty.
        command += ["--single-transaction", "--exit-on-error"]
        command += ["--use-list", chosen.name, "--dbname", words, file]
        code, said = run_program(command, secret, hear)
    if code != 0:
        raise Unavailable(
            f"the restore failed, nothing was changed: {said}",
            zh=f"恢复失败，未做任何更改：{said}",
        )


def _choose(program: Path, file: Path, chosen: Path) -> None:
    """List what is restored: all but the comments on extensions, which only their owner may."""
    everything = chosen.with_name(chosen.name + ".all")
    try:
        code, said = run_program(
            [program, "--list", "--file", everything, file], {}, lambda _: None
        )
        if code != 0:
            raise BadFile(
                f"{file} is no archive of PostgreSQL: {said}",
                zh=f"{file} 不是 PostgreSQL 备份文件：{said}",
            )
        lines = everything.read_text(encoding="utf-8").splitlines(keepends=True)
    finally:
        everything.unlink(missing_ok=True)
    chosen.write_text(
        "".join(line for line in lines if " COMMENT - EXTENSION " not in line), encoding="utf-8"
    )


def _prove(engine: Engine, manifest: Manifest, major: int, progress: Progress) -> None:
    with read_session(engine) as session:
        found = read_contents(session, progress, "核对恢复结果", "proving the restored tables")
    faults = differences(manifest.contents, found, same_major=major == manifest.server_major)
    if faults:
        listed = "; ".join(faults[:SHOWN])
        raise Conflict(
            f"what was restored is not what was backed up, do not use it: {listed}",
            zh=f"恢复结果与备份不一致，请勿使用：{listed}",
        )
