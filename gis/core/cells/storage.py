"""Named arrays in one file that many processes map into memory.

::

    magic (8 bytes) · length of the head (8) · its CRC-32 (4) · 12 zeros · head (JSON) · arrays

Numbers are little-endian. The arrays begin at multiples of 64 bytes. Behind some of them is room
to grow: a hole that takes no place on disk. A process may write there, and only it sees that; what
has been written to the file is never changed.
"""

from __future__ import annotations

import json
import math
import mmap
import os
import struct
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.core.cells.shape import read_only
from gis.core.errors import BadFile

MAGIC = b"GRIDLOC\n"
VERSION = 2
"""Of the arrays' meaning; another one is not read."""

_START = struct.Struct("<8sQI12x")
_ALIGNED = 64
_MOST_HEAD = 1 << 20
_PIECE = 1 << 24

Arrays = dict[str, NDArray[Any]]


def write_arrays(
    path: Path, facts: dict[str, Any], arrays: Arrays, rooms: Mapping[str, int] | None = None
) -> None:
    """Write a file, whole or not at all.

    Parameters
    ----------
    path
        Where to; another file of that name gives way in one step, and processes that have it
        mapped keep the old one.
    facts
        What the head shall say besides.
    arrays
        Of numbers.
    rooms
        Bytes of room behind some of them.
    """
    places: dict[str, tuple[str, list[int], int, int]] = {}
    at = 0
    for name, array in arrays.items():
        room = (rooms or {}).get(name, 0)
        places[name] = (array.dtype.str, list(array.shape), at, room)
        at += -(-(array.nbytes + room) // _ALIGNED) * _ALIGNED
    crc = 0
    for array in arrays.values():
        crc = zlib.crc32(_flat(array), crc)
    head = {"version": VERSION, **facts, "arrays": places, "size": at, "crc": crc}
    text = json.dumps(head).encode()
    text += b" " * (-(_START.size + len(text)) % _ALIGNED)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_START.pack(MAGIC, len(text), zlib.crc32(text)))
            file.write(text)
            start = file.tell()
            for name, array in arrays.items():
                file.seek(start + places[name][2])
                file.write(_flat(array))
            file.truncate(start + at)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_head(path: Path) -> dict[str, Any]:
    """Read what a file says about itself.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict

    Raises
    ------
    BadFile
        If it is not such a file, or of another version.
    """
    return _head(path)[0]


def _head(path: Path) -> tuple[dict[str, Any], int]:
    """Return the head, and where the arrays begin."""
    with path.open("rb") as file:
        start = file.read(_START.size)
        if len(start) < _START.size or not start.startswith(MAGIC):
            raise _bad(path, "is not a locator file", "不是定位索引文件")
        _, length, crc = _START.unpack(start)
        text = file.read(min(length, _MOST_HEAD))
    if len(text) != length or zlib.crc32(text) != crc:
        raise _bad(path, "has a damaged head", "文件头已损坏")
    head: dict[str, Any] = json.loads(text)
    if head["version"] != VERSION:
        raise _bad(path, f"has version {head['version']}, not {VERSION}", "版本不符")
    return head, _START.size + length


def read_arrays(path: Path, *, verify: bool = False) -> tuple[dict[str, Any], Arrays, Arrays]:
    """Map a file into memory.

    Parameters
    ----------
    path
        The file.
    verify
        Also read everything and compare the checksum.

    Returns
    -------
    tuple of dict, dict and dict
        The head; the arrays, which cannot be written to; and those with room, together with it.
        What is written there stays within the process.

    Raises
    ------
    BadFile
        If it is not such a file, of another version, cut short, or damaged.
    """
    head, start = _head(path)
    size = path.stat().st_size - start
    if size != head["size"]:
        raise _bad(path, f"has {size} bytes of {head['size']}", "不完整")
    data = _mapped(path)[start:]
    arrays, roomy = {}, {}
    for name, place in head["arrays"].items():
        _, shape, _, room = place
        with_room = _array(data, place)
        arrays[name] = read_only(with_room[: shape[0]])
        if room:
            roomy[name] = with_room
    if verify and _checksum(arrays) != head["crc"]:
        raise _bad(path, "is damaged: its checksum is wrong", "校验和不符,文件已损坏")
    return head, arrays, roomy


def _mapped(path: Path) -> NDArray[np.uint8]:
    with path.open("rb") as file:
        return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY), np.uint8)


def _array(data: NDArray[np.uint8], place: list[Any]) -> NDArray[Any]:
    """Return an array together with the room behind it."""
    dtype, shape, at, room = place
    kind = np.dtype(dtype)
    per_item = kind.itemsize * math.prod(shape[1:])
    size = shape[0] + room // per_item
    array: NDArray[Any] = data[at : at + size * per_item].view(kind)
    return array.reshape(size, *shape[1:])


def _checksum(arrays: Arrays) -> int:
    crc = 0
    for array in arrays.values():
        flat = _flat(array)
        for at in range(0, len(flat), _PIECE):
            crc = zlib.crc32(flat[at : at + _PIECE], crc)
    return crc


def _flat(array: NDArray[Any]) -> memoryview:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _bad(path: Path, english: str, chinese: str) -> BadFile:
    return BadFile(f"{path.name} {english}.", zh=f"{path.name}:{chinese}。")
