"""Write households in bulk, each filed into its grids."""

from __future__ import annotations

import pandas as pd

from gis.core.locator import Locator
from gis.db.copying import copy_frame
from gis.db.session import WriteSession
from gis.grids.filing import filed_columns

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
    rows = {name: frame[name].to_numpy() for name in COLUMNS} | filed
    return copy_frame(session, "household", pd.DataFrame(rows))
