"""Write households in bulk, each filed into its grids."""

from __future__ import annotations

import pandas as pd

from gis.core.locator import Locator
from gis.db.bulk_loading import bulk_loading
from gis.db.copying import copy_columns
from gis.db.session import WriteSession
from gis.grids.filing import filed_columns

#: What is written to.
TABLES = ("household",)
COLUMNS = (
    "household_no",
    "registered_count",
    "resident_count",
    "floating_count",
    "party_member_count",
    "is_party_household",
)


def load_households(session: WriteSession, frame: pd.DataFrame, locator: Locator) -> int:
    """Append households.

    Parameters
    ----------
    session
        The open transaction.
    frame
        Columns ``household_no``, the four counts, ``is_party_household``, ``lon``, ``lat``
        (CGCS2000 degrees), and optionally the position as it came.
    locator
        Of the current generation.

    Returns
    -------
    int
        Number of households written.
    """
    filed = filed_columns(frame, locator)
    rows = {name: frame[name].array for name in COLUMNS} | filed
    with bulk_loading(session, TABLES, len(frame)):
        return copy_columns(session, "household", rows, len(frame))
