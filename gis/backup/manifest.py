"""What a backup says of itself, beside its file: enough to prove that a restore is the same."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gis.core.errors import BadFile

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Digest:
    """Content whose order does not matter.

    Attributes
    ----------
    rows
        How many rows.
    digest
        Sums of the parts of the rows' SHA-256: equal for the same rows in any order.
    """

    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the cluster that the database's privileges and policies name.

    Attributes
    ----------
    name
        Its name.
    may_log_in, inherits
        Its attributes; a role with more rights than these is not taken into a backup.
    member_of
        The roles that it may become.
    """

    name: str
    may_log_in: bool
    inherits: bool
    member_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a database, as one snapshot sees it.

    Attributes
    ----------
    tables
        Name with schema → rows.
    sequences
        Name with schema → last value; sequences stand outside snapshots and only ever grow.
    structure
        Kind (columns, constraints, policies, privileges, …) → definitions.
    roles
        Roles of the cluster that are needed.
    """

    tables: dict[str, Digest]
    sequences: dict[str, int]
    structure: dict[str, Digest]
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest of a backup.

    Attributes
    ----------
    made_at
        When, ISO 8601.
    schema
        Revision of the schema.
    profile, generation
        Which deployment, and the newest generation of its boundaries; None where there is none.
    server_version
        As PostgreSQL numbers it: 150004 is 15.4.
    database_bytes
        Size of the database.
    extensions
        Name → version.
    contents
        What is in it.
    dump_bytes, dump_sha256
        Of the file.
    """

    made_at: str
    schema: str | None
    profile: str | None
    generation: int | None
    server_version: int
    database_bytes: int
    extensions: dict[str, str]
    contents: Contents
    dump_bytes: int
    dump_sha256: str

    @property
    def server_major(self) -> int:
        """Major version of the server that it was made of."""
        return self.server_version // 10_000

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.contents.tables.values())

    def text(self) -> str:
        """Return it as it is written."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, ensure_ascii=False) + "\n"


def manifest_path(file: Path) -> Path:
    """Return where the manifest of a backup lies."""
    return file.with_name(file.name + ".json")


def read_manifest(file: Path) -> Manifest:
    """Read the manifest of a backup.

    Parameters
    ----------
    file
        The backup.

    Raises
    ------
    BadFile
        There is none, it is damaged, or a newer gridmap wrote it.
    """
    path = manifest_path(file)
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        number = said.pop("format")
    except OSError as error:
        raise BadFile(
            f"{path} cannot be read ({error.strerror}): a backup is a file and its manifest, both"
            " are needed",
            zh=f"无法读取 {path}（{error.strerror}）：备份由数据文件及其清单组成，缺一不可",
        ) from error
    except (ValueError, KeyError, AttributeError) as error:
        raise _damaged(path) from error
    if number != FORMAT:
        raise BadFile(
            f"{path} is of format {number}, this program reads format {FORMAT}; use the gridmap"
            " that made the backup",
            zh=f"{path} 的格式为 {number}，本程序只支持格式 {FORMAT}；请使用制作备份的版本",
        )
    try:
        return _manifest(said)
    except (TypeError, KeyError, AttributeError) as error:
        raise _damaged(path) from error


def _manifest(said: dict[str, Any]) -> Manifest:
    contents = said.pop("contents")
    return Manifest(
        contents=Contents(
            tables={name: Digest(**table) for name, table in contents["tables"].items()},
            sequences=dict(contents["sequences"]),
            structure={kind: Digest(**found) for kind, found in contents["structure"].items()},
            roles=tuple(
                Role(**role | {"member_of": tuple(role["member_of"])}) for role in contents["roles"]
            ),
        ),
        **said,
    )


def _damaged(path: Path) -> BadFile:
    return BadFile(
        f"{path} is damaged: it is no manifest of a backup",
        zh=f"{path} 已损坏：不是有效的备份清单",
    )
