"""A locator as one file that every process maps into memory.

A locator that was patched from one in a file is written as what differs: what the patches have
added, and the small arrays. It is opened together with that file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gis.core.cells.shape import CellIndex, Outlines, read_only
from gis.core.cells.shelves import GROWING, Origin, Shelves, room_for
from gis.core.cells.storage import Arrays, read_arrays, read_head, write_arrays
from gis.core.errors import BadFile
from gis.core.layer import Codes
from gis.core.locator import Locator

_SCALARS = ("west", "south", "shift_x", "shift_y", "columns", "rows")


def save_locator(locator: Locator, path: Path, *, source: str = "") -> None:
    """Write a locator to a file, whole or not at all.

    Parameters
    ----------
    locator
        Any. If it was patched from one in a file of the same folder, only what differs is written.
    path
        Where to.
    source
        What it was made from: the content hash of the boundaries.
    """
    index, outlines = locator.index._asdict(), locator.outlines._asdict()
    raster = {name: int(index.pop(name)) for name in _SCALARS}
    arrays = {**index, **outlines}
    for name, layer in (("basic", locator.basic), ("exclusive", locator.exclusive)):
        arrays[f"{name}_codes"] = Codes.of(layer.codes).stored
        arrays[f"{name}_ids"] = np.asarray(layer.grid_ids, dtype=np.int64)
    used = {name: len(arrays[name]) for name in GROWING}
    facts = {
        "generation": locator.generation,
        "source": source,
        "raster": raster,
        "base": locator.shelves.base if locator.shelves else used,
    }
    origin = locator.shelves.origin if locator.shelves else None
    if origin is not None and _is_there(origin, path):
        arrays |= {name: arrays[name][origin.sizes[name] :] for name in GROWING}
        facts["origin"] = [origin.name, origin.crc]
        write_arrays(path, facts, arrays)
        path.with_name(origin.name).touch()  # who clears away old files sees that it is needed
    else:
        rooms = {name: room_for(arrays[name]) for name in GROWING}
        write_arrays(path, facts, arrays, rooms)


def _is_there(origin: Origin, path: Path) -> bool:
    if origin.name == path.name:
        return False
    try:
        return bool(read_head(path.with_name(origin.name))["crc"] == origin.crc)
    except (OSError, BadFile):
        return False


def open_locator(path: Path, *, source: str | None = None, verify: bool = False) -> Locator | None:
    """Map a locator from its file.

    Parameters
    ----------
    path
        The file.
    source
        What it must have been made from; anything by default.
    verify
        Also read everything and compare the checksum.

    Returns
    -------
    Locator or None
        None if it was made from something else.

    Raises
    ------
    BadFile
        If it is not such a file, of another version, cut short, or damaged.
    FileNotFoundError
        If there is none.
    """
    head, arrays, roomy = read_arrays(path, verify=verify)
    if source is not None and head["source"] != source:
        return None
    origin = Origin(path.name, head["crc"], {name: len(arrays[name]) for name in GROWING})
    used = dict(origin.sizes)
    if "origin" in head:
        tails = {name: arrays[name] for name in GROWING}
        origin, roomy = _opened(path.with_name(head["origin"][0]), head["origin"][1], verify)
        used = {name: origin.sizes[name] + len(tail) for name, tail in tails.items()}
        for name, tail in tails.items():
            if used[name] > len(roomy[name]):
                raise BadFile(
                    f"{path.name} goes beyond its room.", zh=f"{path.name}:超出预留空间。"
                )
            roomy[name][origin.sizes[name] : used[name]] = tail
            arrays[name] = read_only(roomy[name][: used[name]])
    index = CellIndex(**head["raster"], **_of(arrays, CellIndex._fields[len(_SCALARS) :]))
    outlines = Outlines(*(arrays[name] for name in Outlines._fields))
    columns = [(arrays[f"{name}_codes"], arrays[f"{name}_ids"]) for name in ("basic", "exclusive")]
    shelves = Shelves(roomy, used, head["base"], origin)
    return Locator.of_parts(columns, head["generation"], index, outlines, shelves)


def _opened(path: Path, crc: int, verify: bool) -> tuple[Origin, Arrays]:
    """Map the file that another one adds to."""
    head, arrays, roomy = read_arrays(path, verify=verify)
    if head["crc"] != crc or "origin" in head:
        raise BadFile(f"{path.name} is not what was added to.", zh=f"{path.name}:不是原来的文件。")
    return Origin(path.name, crc, {name: len(arrays[name]) for name in GROWING}), roomy


def _of(arrays: Arrays, names: Sequence[str]) -> dict[str, Any]:
    return {name: arrays[name] for name in names}
