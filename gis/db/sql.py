"""SQL that is long enough for a file of its own lies beside its one caller."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def read_sql(module_file: str, name: str) -> str:
    """Return the text of ``sql/<name>.sql`` in the folder of the calling module.

    Parameters
    ----------
    module_file
        ``__file__`` of the caller.
    name
        File name without its ending.
    """
    return (Path(module_file).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")
