"""Write a backup: a dump and its manifest, of one and the same snapshot."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine, text

from gis.backup.contents import read_contents, speak_plainly
from gis.backup.manifest import Manifest, manifest_path
from gis.backup.programs import connection_words, find_program, run_program
from gis.core import clock
from gis.core.errors import Conflict, Unavailable
from gis.db.engine import make_engine
from gis.db.migrate import schema_revision
from gis.db.session import ReadSession, read_session
from gis.divisions.deployment import find_deployment
from gis.grids import find_generation
from gis.tabular import Progress, silent

_NO_SPACE = ("No space left on device", "Disk quota exceeded")
_BLOCK = 1 << 20


def back_up(url: str, file: Path, progress: Progress = silent) -> Manifest:
    """Back up a whole database, while others go on working on it.

    Parameters
    ----------
    url
        Of the database, as its owner.
    file
        Where the backup goes; its manifest lies beside it (`manifest_path`). Both are of mode
        0600 and get their names when they are whole and on the disk.
    progress
        Told how far it is.

    Returns
    -------
    Manifest

    Raises
    ------
    Conflict
        The file is there already.
    Unavailable
        No space, no right to the folder, no program, or the server failed; nothing is left.
    """
    _require_new(file)
    engine = make_engine(url, statement_timeout_s=0, pool_size=1)
    try:
        with _fresh(file) as dump, _fresh(manifest_path(file)) as beside:
            manifest = _written(engine, url, dump, progress)
            beside.write_text(manifest.text(), encoding="utf-8")
            _to_disk(dump, beside)
            _require_new(file)
            # The manifest first: alone it is no backup, and a dump is one with it only.
            beside.rename(manifest_path(file))
            dump.rename(file)
            _to_disk(file.parent)
    finally:
        engine.dispose()
    return manifest


def _written(engine: Engine, url: str, dump: Path, progress: Progress) -> Manifest:
    with read_session(engine) as session:
        speak_plainly(session)
        # pg_dump reads by the snapshot of this transaction, which stays open meanwhile.
        snapshot = str(session.scalar(text("SELECT pg_export_snapshot()")))
        manifest = _described(session, progress)
        _dump(url, dump, snapshot, manifest, progress)
    progress("计算校验和", "hashing the file")
    return replace(manifest, dump_bytes=dump.stat().st_size, dump_sha256=sha256_of(dump))


def _described(session: ReadSession, progress: Progress) -> Manifest:
    deployment = newest = None
    revision = schema_revision(session)
    if revision is not None:
        deployment, newest = find_deployment(session), find_generation(session)
    extensions = session.execute(text("SELECT extname, extversion FROM pg_extension"))
    return Manifest(
        made_at=clock.now().isoformat(),
        schema=revision,
        profile=deployment.profile if deployment else None,
        generation=newest.generation if newest else None,
        server_version=server_version(session),
        database_bytes=int(
            session.scalar(text("SELECT pg_database_size(current_database())")) or 0
        ),
        extensions={row.extname: row.extversion for row in extensions},
        contents=read_contents(session, progress, "核对数据", "hashing the tables"),
        dump_bytes=0,
        dump_sha256="",
    )


def server_version(session: ReadSession) -> int:
    """Return the version of the server as a number: 150004 is 15.4."""
    return int(session.scalar(text("SELECT current_setting('server_version_num')")) or 0)


def _dump(url: str, dump: Path, snapshot: str, manifest: Manifest, progress: Progress) -> None:
    words, secret = connection_words(url)
    program = find_program("pg_dump", manifest.server_major)
    command: list[str | Path] = [program, "--format=custom", "--verbose", "--no-password"]
    command += ["--snapshot", snapshot, "--file", dump, "--dbname", words]
    rows = {name: table.rows for name, table in manifest.contents.tables.items()}
    done = 0

    def hear(line: str) -> None:
        nonlocal done
        found = re.search(r'dumping contents of table "?([\w.]+)"?', line)
        if found:
            progress("导出数据", "dumping the tables", done / max(manifest.rows, 1))
            done += rows.get(found.group(1), 0)

    code, said = run_program(command, secret, hear)
    if code != 0:
        raise _failed(said, dump.parent)


def _failed(said: str, folder: Path) -> Unavailable:
    if any(words in said for words in _NO_SPACE):
        return _full(folder)
    return Unavailable(
        f"the backup failed, nothing was written: {said}",
        zh=f"备份失败，未写入任何文件：{said}",
    )


def _full(folder: Path) -> Unavailable:
    return Unavailable(
        f"no space for the backup in {folder}; nothing was written. Free some, or name a file on"
        " another disk",
        zh=f"{folder} 空间不足，备份未写入；请清理磁盘或改用其他磁盘上的文件",
    )


@contextmanager
def _fresh(path: Path) -> Iterator[Path]:
    """Make an empty file of ours beside a path; it goes away unless it gets that name."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
        yield part
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _full(path.parent) from error
        raise Unavailable(
            f"{path} cannot be written: {error.strerror or error}",
            zh=f"无法写入 {path}：{error.strerror or error}",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def _require_new(file: Path) -> None:
    if file.exists():
        raise Conflict(
            f"{file} is there already; a backup is never overwritten, name another file",
            zh=f"{file} 已存在；备份不会覆盖已有文件，请改用其他文件名",
        )


def _to_disk(*paths: Path) -> None:
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
