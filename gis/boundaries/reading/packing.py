"""What was read of a file, as bytes that can be kept and that nothing runs when they are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import shapely

from gis.boundaries.reading.model import Layer
from gis.boundaries.reading.sources import SourceKind

_ABOUT = b"gridmap"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file as it was read.

    Attributes
    ----------
    kind
        What kind of file it was.
    layer
        Its features; ``crs`` is what the file, or else its standard, says.
    """

    kind: SourceKind
    layer: Layer


def pack(parsed: Parsed) -> bytes:
    """Return a file as an Arrow stream.

    Parameters
    ----------
    parsed
        What was read; shapes may be missing.

    Returns
    -------
    bytes
        Compressed.
    """
    layer = parsed.layer
    about = {
        "kind": parsed.kind.value,
        "headers": list(layer.headers),
        "crs": layer.crs,
        "encoding": layer.encoding,
        "had_z": layer.had_z,
        "warnings": list(layer.warnings),
    }
    columns = [pa.array(shapely.to_wkb(layer.shapes).tolist(), pa.large_binary())]
    columns += [pa.array(layer.cells[name].tolist(), pa.large_string()) for name in layer.cells]
    names = ["geometry", *(str(i) for i in range(len(columns) - 1))]
    table = pa.table(columns, names).replace_schema_metadata({_ABOUT: orjson.dumps(about)})
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def unpack_parsed(data: bytes) -> Parsed:
    """Return what `pack` has packed.

    Parameters
    ----------
    data
        As returned by it.

    Returns
    -------
    Parsed
    """
    with pa.ipc.open_stream(data) as reader:
        table = reader.read_all()
    about: dict[str, Any] = orjson.loads(table.schema.metadata[_ABOUT])
    shapes = np.asarray(shapely.from_wkb(table.column(0).to_pylist()))
    cells = {i: table.column(i + 1).to_pylist() for i in range(table.num_columns - 1)}
    return Parsed(
        SourceKind(about["kind"]),
        Layer(
            headers=tuple(about["headers"]),
            cells=pd.DataFrame(cells, dtype=object, index=range(len(shapes))),
            shapes=shapes,
            crs=about["crs"],
            encoding=about["encoding"],
            had_z=about["had_z"],
            warnings=tuple(about["warnings"]),
        ),
    )
