"""The process in which a file is read: `gis.boundaries.reading.apart` starts it."""

from __future__ import annotations

import os
import re
import resource
import sys
from pathlib import Path
from typing import Any

import orjson

from gis.boundaries.reading.apart import DONE, ERROR, OUT_OF_MEMORY, REFUSED, RESULT
from gis.boundaries.reading.columns import SPELLINGS
from gis.boundaries.reading.drivers import leave_out_drivers
from gis.boundaries.reading.layers import read_layer
from gis.boundaries.reading.packing import Parsed, pack
from gis.boundaries.reading.sources import open_source
from gis.core.crs import CRS84
from gis.core.errors import GridmapError

NEARLY = 0.7
"""Who holds so much of the memory that is allowed has run out of it."""


def main(asked: dict[str, Any]) -> int:
    """Read a file into the current folder; returns how the process shall end.

    Parameters
    ----------
    asked
        ``path``, ``layer``, ``seconds``, ``memory_bytes``, ``disk_bytes``.

    Returns
    -------
    int
    """
    _bound(asked)
    leave_out_drivers()
    try:
        Path(RESULT).write_bytes(pack(read_here(Path(asked["path"]), asked["layer"])))
    except GridmapError as error:
        document = {
            "kind": type(error).__name__,
            "detail": error.detail,
            "detail_zh": error.detail_zh,
            "extra": error.extra,
        }
        Path(ERROR).write_bytes(orjson.dumps(document))
        return REFUSED
    except (MemoryError, OSError, RuntimeError, ImportError, LookupError):
        # Libraries say in many ways that they got no memory.
        if _data_bytes() < NEARLY * asked["memory_bytes"]:
            raise
        return OUT_OF_MEMORY
    return DONE


def _data_bytes() -> int:
    """Return how much of what `RLIMIT_DATA` bounds is in use."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"^VmData:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found.group(1)) << 10 if found else 0


def _bound(asked: dict[str, Any]) -> None:
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, asked["seconds"]),
        (resource.RLIMIT_DATA, asked["memory_bytes"]),
        (resource.RLIMIT_FSIZE, asked["disk_bytes"]),
    ):
        resource.setrlimit(what, (most, most))


def read_here(path: Path, layer: str | None = None) -> Parsed:
    """Read a file of boundaries in this process.

    Parameters
    ----------
    path
        The file; its ending says what it should be.
    layer
        Which layer, where it has several.

    Returns
    -------
    Parsed

    Raises
    ------
    BadFile, Invalid
        See `gis.boundaries.reading.apart.read_apart`.
    """
    with open_source(path, layer) as source:
        read = read_layer(source, layer, SPELLINGS)
        if source.is_degrees_by_standard:
            read = read.saying(CRS84.name)
        return Parsed(source.kind, read)


if __name__ == "__main__":
    status = main(orjson.loads(sys.argv[1]))
    # Threads of libraries may hang where no memory is left: nothing is waited for.
    os._exit(status)
