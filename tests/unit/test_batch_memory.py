"""Reading a long file keeps no more of it than the pieces at hand."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gis.batch.geo_sources import ParquetSource
from gis.batch.sources import Wanted

GROUPS = 24
GROUP_ROWS = 50_000


def test_what_was_read_of_a_parquet_file_is_let_go(tmp_path):
    path = tmp_path / "long.parquet"
    random = np.random.default_rng(1)
    with pq.ParquetWriter(path, pa.schema([("lon", pa.float64()), ("lat", pa.float64())])) as out:
        for _ in range(GROUPS):
            columns = [pa.array(random.random(GROUP_ROWS)) for _ in range(2)]
            out.write_table(pa.table(columns, schema=out.schema))
    source = ParquetSource(path, Wanted(crs="4490", batch_rows=GROUP_ROWS))
    before = pa.total_allocated_bytes()
    rows = held = 0
    for batch, _ in source.batches():
        rows += batch.num_rows
        held = max(held, pa.total_allocated_bytes() - before)

    assert rows == GROUPS * GROUP_ROWS
    assert held < path.stat().st_size / 4
