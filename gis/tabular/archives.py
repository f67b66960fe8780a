"""Look into a ZIP before anything of it is unpacked: size, ratio, members, paths."""

from __future__ import annotations

import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gis.core.errors import BadFile

MIB = 1 << 20
_CHUNK = MIB


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """What an archive may be at most.

    Attributes
    ----------
    members
        Number of files.
    unpacked_bytes
        All of them together, unpacked.
    ratio
        Unpacked size over packed size; looked at above 10 MiB only, where a small file of
        repeated blanks is no danger.
    """

    members: int
    unpacked_bytes: int
    ratio: int


def open_zip(path: Path, limits: ZipLimits) -> zipfile.ZipFile:
    """Open an archive whose table of contents keeps the limits.

    Parameters
    ----------
    path
        The archive.
    limits
        What it may be at most.

    Returns
    -------
    ZipFile
        Open; names of members are read as GBK where they are not marked as UTF-8.

    Raises
    ------
    BadFile
        It is no ZIP, is cut off, or breaks a limit.
    """
    try:
        archive = zipfile.ZipFile(path, metadata_encoding="gbk")
    except (zipfile.BadZipFile, UnicodeDecodeError, OSError) as error:
        raise BadFile(
            f"{path.name} cannot be opened as a ZIP archive: it is cut off or something else",
            zh=f"{path.name} 无法作为 ZIP 压缩文件打开：文件不完整或并非 ZIP",
        ) from error
    try:
        _check(path, archive.infolist(), limits)
    except BadFile:
        archive.close()
        raise
    return archive


def unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """Write one member to a file, counting the bytes that really come out.

    Raises
    ------
    BadFile
        More comes out than the table of contents says, or the member is damaged.
    """
    left = member.file_size
    try:
        with archive.open(member) as packed, target.open("wb") as out:
            while chunk := packed.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise _refused(
                        Path(archive.filename or target.name),
                        f"{member.filename} unpacks to more than it declares",
                        f"{member.filename} 解压后大于其声明的大小",
                    )
                out.write(chunk)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        # RuntimeError is how zipfile says "encrypted".
        raise _refused(
            Path(archive.filename or target.name),
            f"{member.filename} is damaged or encrypted",
            f"{member.filename} 已损坏或已加密",
        ) from error


def _check(path: Path, members: list[zipfile.ZipInfo], limits: ZipLimits) -> None:
    if len(members) > limits.members:
        raise _refused(
            path,
            f"{len(members)} members, at most {limits.members} are allowed",
            f"含 {len(members)} 个文件，最多允许 {limits.members} 个",
        )
    total = sum(member.file_size for member in members)
    if total > limits.unpacked_bytes:
        raise _refused(
            path,
            f"unpacks to {total // MIB} MiB, at most {limits.unpacked_bytes // MIB} are allowed",
            f"解压后为 {total // MIB} MiB，最多允许 {limits.unpacked_bytes // MIB} MiB",
        )
    packed = max(sum(member.compress_size for member in members), 1)
    if total > 10 * MIB and total > limits.ratio * packed:
        raise _refused(
            path,
            f"unpacks to {total // packed} times its size (a zip bomb?)",
            f"解压后膨胀 {total // packed} 倍（疑似压缩炸弹）",
        )
    for member in members:
        _check_path(path, member)


def _check_path(path: Path, member: zipfile.ZipInfo) -> None:
    name = member.filename.replace("\\", "/")
    parts = PurePosixPath(name).parts
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    if is_link or name.startswith("/") or ".." in parts or (parts and ":" in parts[0]):
        raise _refused(
            path,
            f"member {member.filename!r} is a link or leads out of the archive",
            f"成员 {member.filename!r} 为链接或指向压缩包之外",
        )


def _refused(path: Path, reason: str, reason_zh: str) -> BadFile:
    return BadFile(f"{path.name} is refused: {reason}", zh=f"拒绝 {path.name}：{reason_zh}")
