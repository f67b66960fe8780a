"""Read a file that somebody sent in a process of its own, which may crash, hang and swell.

GDAL and its drivers are much code for many formats. What comes from outside is read where it can
do no harm: with limits of time, memory and disk, without our database's address, and what comes
back is data only. Source: ADR 0025.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from gis.boundaries.reading.packing import Parsed, unpack_parsed
from gis.core import errors
from gis.core.errors import BadFile, GridmapError, Invalid, Unavailable

ROOT = Path(__file__).resolve().parents[3]
#: How the child ends: as it should, with an error of ours, out of memory.
DONE, REFUSED, OUT_OF_MEMORY = 0, 3, 4
RESULT, ERROR = "parsed.arrow", "error.json"
#: So many files are read at a time: each may take much memory.
_ROOM = threading.BoundedSemaphore(2)
#: So many are read or wait: who waits holds a thread of the server, which others need.
_QUEUE = threading.BoundedSemaphore(6)
_KEPT = ("PATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SYSTEMROOT")


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What the reading of one file may take.

    Attributes
    ----------
    seconds
        By the clock, and of the processor.
    memory_bytes
        Of data.
    disk_bytes
        Of each file that it writes.
    """

    seconds: float = 60.0
    memory_bytes: int = 2 << 30
    disk_bytes: int = 1 << 30


STANDARD = ReadingLimits()
"""For what strangers send while others wait."""

LARGE = ReadingLimits(seconds=1800.0, memory_bytes=16 << 30, disk_bytes=8 << 30)
"""For what an administrator imports on the machine itself: a whole province, in peace."""


def read_apart(path: Path, layer: str | None = None, limits: ReadingLimits = STANDARD) -> Parsed:
    """Read a file of boundaries in another process.

    Parameters
    ----------
    path
        The file; its ending says what it should be.
    layer
        Which layer, where it has several.
    limits
        What the reading may take.

    Returns
    -------
    Parsed

    Raises
    ------
    BadFile
        It cannot be read; or reading it crashed, took too long, or took too much memory.
    Invalid
        It has several layers, and which is not said (``extra["layers"]``).
    Unavailable
        Too many others are being read.
    """
    with _turn(_QUEUE, 0.0), _turn(_ROOM, limits.seconds):
        return _read(path, layer, limits)


@contextmanager
def _turn(room: threading.BoundedSemaphore, patience_s: float) -> Iterator[None]:
    if not room.acquire(timeout=patience_s):
        raise Unavailable(
            "Too many files are being read at this moment; try again in a minute.",
            zh="正在读取的文件过多，请稍后再试。",
        )
    try:
        yield
    finally:
        room.release()


def _read(path: Path, layer: str | None, limits: ReadingLimits) -> Parsed:
    with TemporaryDirectory(prefix="gridmap-reading-") as folder:
        code = _run(path, layer, limits, Path(folder))
        if code == DONE:
            return unpack_parsed((Path(folder) / RESULT).read_bytes())
        if code == REFUSED:
            raise _told((Path(folder) / ERROR).read_bytes())
    raise _broken(path.name, code, limits)


def _run(path: Path, layer: str | None, limits: ReadingLimits, folder: Path) -> int | None:
    """Return how the process ended; None where it was ended for taking too long."""
    asked = {
        "path": str(path.resolve()),
        "layer": layer,
        "seconds": max(1, round(limits.seconds)),
        "memory_bytes": limits.memory_bytes,
        "disk_bytes": limits.disk_bytes,
    }
    command = [sys.executable, "-m", "gis.boundaries.reading.child", orjson.dumps(asked).decode()]
    with subprocess.Popen(  # noqa: S603 - our own interpreter, and nothing of it is a shell's
        command,
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            return process.wait(limits.seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _environment(folder: Path) -> dict[str, str]:
    """Return what the process gets to know: nothing of our database."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    own = {
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "TMPDIR": str(folder),
        "HOME": str(folder),
        "GDAL_CACHEMAX": "64",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
        # Nothing is fetched: nobody answers there.
        **dict.fromkeys(("GDAL_HTTP_PROXY", "GDAL_HTTPS_PROXY"), "http://127.0.0.1:1"),
        "PROJ_NETWORK": "OFF",
        "MALLOC_ARENA_MAX": "2",
    }
    threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "ARROW_NUM_THREADS", "GDAL_NUM_THREADS")
    return kept | own | dict.fromkeys(threads, "1")


def _told(document: bytes) -> GridmapError:
    """Return the error that the process has met."""
    told = orjson.loads(document)
    kinds: dict[str, type[GridmapError]] = {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, Invalid)
    }
    kind = kinds.get(told["kind"], BadFile)
    return kind(told["detail"], zh=told["detail_zh"], **told["extra"])


def _broken(name: str, code: int | None, limits: ReadingLimits) -> BadFile:
    if code is None or code == -signal.SIGXCPU:
        return BadFile(
            f"{name}: reading it took longer than {limits.seconds:g} seconds and was given up;"
            " simplify it, or send it in parts",
            zh=f"{name}：读取超过 {limits.seconds:g} 秒，已中止；请简化或拆分后再上传",
        )
    if code == OUT_OF_MEMORY:
        mib = limits.memory_bytes >> 20
        return BadFile(
            f"{name}: reading it needs more than {mib} MiB of memory; simplify it, or send it in"
            " parts",
            zh=f"{name}：读取所需内存超过 {mib} MiB；请简化或拆分后再上传",
        )
    return BadFile(
        f"{name} made the reader crash (code {code}); it is damaged, or made to do so. Save it"
        " anew, as GeoPackage at best",
        zh=f"{name} 导致读取程序崩溃（代码 {code}）；文件已损坏或被恶意构造，"
        "请重新导出（建议 GeoPackage）",
    )
