"""What PostgreSQL's programs print when they fail, said so that a person can act on it."""

from __future__ import annotations

import shutil
from pathlib import Path

from gis.core.errors import Unavailable

MIB = 1 << 20
NEW_CLUSTER_BYTES = 1024 * MIB
"""Free space asked for before a cluster is made: the demo's data, its log and some air."""
OLD_CLUSTER_BYTES = 64 * MIB
"""Free space asked for before an existing cluster is started."""

PORT_TAKEN = "could not create any TCP/IP sockets"
"""PostgreSQL's words when the only address it shall listen on is taken."""


def check_space(folder: Path, needed_bytes: int) -> None:
    """Refuse to begin where the disk is nearly full.

    Parameters
    ----------
    folder
        A folder on the disk in question.
    needed_bytes
        How much must be free.

    Raises
    ------
    Unavailable
        Less than that is free.
    """
    free = shutil.disk_usage(folder).free
    if free < needed_bytes:
        raise no_space(folder, free // MIB, needed_bytes // MIB)


def no_space(folder: Path, free_mib: int, needed_mib: int) -> Unavailable:
    """Return the error for a full disk."""
    return Unavailable(
        f"no disk space for the database: {free_mib} MiB free at {folder}, {needed_mib} MiB "
        "needed. Free some, or set GRIDMAP_STATE_DIR to a folder on another disk",
        zh=f"数据库磁盘空间不足:{folder} 剩余 {free_mib} MiB,需要 {needed_mib} MiB。"
        "请清理磁盘,或用 GRIDMAP_STATE_DIR 指定其他磁盘上的文件夹",
    )


def not_ours(path: Path, reason: str) -> Unavailable:
    """Return the error for a file or folder that we may not use."""
    return Unavailable(
        f"{path} cannot be used for the database: {reason}. Start as the user who owns it, or set "
        "GRIDMAP_STATE_DIR to a folder of your own",
        zh=f"{path} 不能用于数据库:{reason}。"
        "请用其所有者的身份启动,或用 GRIDMAP_STATE_DIR 指定自己的文件夹",
    )


def other_version(folder: Path, written_by: int, installed: int) -> Unavailable:
    """Return the error for data of a major version that is not installed."""
    command = f"apt-get install postgresql-{written_by}-postgis-3"
    away = f"mv {folder} {folder}-{written_by}"
    return Unavailable(
        f"the data in {folder} was written by PostgreSQL {written_by}, installed is {installed}. "
        f"Type: sudo {command}; or, to begin anew with {installed}: {away}",
        zh=f"{folder} 中的数据由 PostgreSQL {written_by} 写成,已安装的是 {installed}。"
        f"请执行:sudo {command};若要用 {installed} 重新开始:{away}",
    )


def explain(doing: str, doing_zh: str, output: str, folder: Path) -> Unavailable:
    """Turn a failed program's output into an error.

    Parameters
    ----------
    doing, doing_zh
        What was being done, in English and Chinese.
    output
        All that the program printed and logged.
    folder
        Where the cluster's files are.
    """
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return no_space(folder, shutil.disk_usage(folder).free // MIB, NEW_CLUSTER_BYTES // MIB)
    reason, reason_zh = next(
        (texts for mark, texts in _KNOWN.items() if mark in output),
        ("PostgreSQL's last words are below", "PostgreSQL 的最后输出如下"),
    )
    last = "\n".join(f"    {line}" for line in output.strip().splitlines()[-8:])
    return Unavailable(
        f"{doing} failed: {reason}\n{last}", zh=f"{doing_zh}失败:{reason_zh}\n{last}"
    )


_KNOWN = {
    "invalid locale name": (
        "the locale C.UTF-8 is missing; type: sudo apt-get install libc-bin locales",
        "系统缺少 C.UTF-8 区域设置;请执行:sudo apt-get install libc-bin locales",
    ),
    PORT_TAKEN: (
        "no TCP port of 127.0.0.1 could be opened; is the loopback interface up (ip link)?",
        "无法在 127.0.0.1 上打开端口;请检查回环网卡是否启用(ip link)",
    ),
    "database files are incompatible": (
        "the data was written by another version of PostgreSQL",
        "数据目录由其他版本的 PostgreSQL 写成",
    ),
    "could not map anonymous shared memory": (
        "there is not enough memory",
        "内存不足",
    ),
    "Permission denied": (
        "a file or folder of it belongs to somebody else",
        "其中有文件或文件夹属于其他用户",
    ),
}
