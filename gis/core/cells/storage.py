"""Named arrays in one file that many processes map into memory.

::

    magic (8 bytes) · length of the head (8) · its CRC-32 (4) · 12 zeros · head (JSON) · arrays

Numbers are little-endian. The arrays begin at multiples of 64 bytes.
"""

from __future__ import annotations

import json
import math
import os
import struct
import tempfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.core.cells.shape import read_only
from gis.core.errors import BadFile

MAGIC = b"GRIDLOC\n"
VERSION = 1
"""Of the arrays' meaning; another one is not read."""

_START = struct.Struct("<8sQI12x")
_ALIGNED = 64
_MOST_HEAD = 1 << 20
_PIECE = 1 << 24

Arrays = dict[str, NDArray[Any]]


def write_arrays(path: Path, facts: dict[str, Any], arrays: Arrays) -> None:
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
    """
    places, at = {}, 0
    for name, array in arrays.items():
        places[name] = [array.dtype.str, list(array.shape), at]
        at += -(-array.nbytes // _ALIGNED) * _ALIGNED
    crc = 0
    for array in arrays.values():
        crc = zlib.crc32(_padded(array), crc)
    head = {"version": VERSION, **facts, "arrays": places, "size": at, "crc": crc}
    text = json.dumps(head).encode()
    text += b" " * (-(_START.size + len(text)) % _ALIGNED)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_START.pack(MAGIC, len(text), zlib.crc32(text)))
            file.write(text)
            for array in arrays.values():
                file.write(_padded(array))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_arrays(path: Path, *, verify: bool = False) -> tuple[dict[str, Any], Arrays]:
    """Map a file into memory.

    Parameters
    ----------
    path
        The file.
    verify
        Also read everything and compare the checksum.

    Returns
    -------
    tuple of dict and dict
        The head and the arrays, which cannot be written to.

    Raises
    ------
    BadFile
        If it is not such a file, of another version, cut short, or damaged.
    """
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
    whole = np.memmap(path, dtype=np.uint8, mode="r")
    data = whole[_START.size + length :]
    if len(data) != head["size"]:
        raise _bad(path, f"has {len(data)} bytes of {head['size']}", "不完整")
    if verify and _checksum(data) != head["crc"]:
        raise _bad(path, "is damaged: its checksum is wrong", "校验和不符,文件已损坏")
    return head, {name: _array(data, *place) for name, place in head["arrays"].items()}


def _array(data: NDArray[np.uint8], dtype: str, shape: list[int], at: int) -> NDArray[Any]:
    kind = np.dtype(dtype)
    size = kind.itemsize * math.prod(shape)
    return read_only(data[at : at + size].view(kind).reshape(shape))


def _checksum(data: NDArray[np.uint8]) -> int:
    crc = 0
    for at in range(0, len(data), _PIECE):
        crc = zlib.crc32(data[at : at + _PIECE].data, crc)
    return crc


def _padded(array: NDArray[Any]) -> memoryview:
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    rest = -len(flat) % _ALIGNED
    if rest == 0:
        return flat.data
    return np.concatenate([flat, np.zeros(rest, np.uint8)]).data


def _bad(path: Path, english: str, chinese: str) -> BadFile:
    return BadFile(f"{path.name} {english}.", zh=f"{path.name}:{chinese}。")
