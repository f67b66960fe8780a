"""Write staff with their postings, and the Party's organisation."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import text

from gis.core.errors import Invalid
from gis.db.copying import copy_frame, reserve_ids
from gis.db.session import WriteSession


def load_staff(session: WriteSession, staff: pd.DataFrame, postings: pd.DataFrame) -> int:
    """Append people and where they work.

    Parameters
    ----------
    session
        The open transaction.
    staff
        Columns ``staff_no``, ``name``, ``phone_masked`` (nullable).
    postings
        Columns ``staff_no``, ``role``, ``division_code``, ``grid_code`` (nullable),
        ``valid_from``.

    Returns
    -------
    int
        Number of postings written.

    Raises
    ------
    Invalid
        A posting names a grid that is not current.
    """
    ids = pd.Series(reserve_ids(session, "staff", "staff_id", len(staff)), index=staff["staff_no"])
    first_posting = postings.drop_duplicates("staff_no").set_index("staff_no")
    counties = first_posting["division_code"].str[:6].reindex(staff["staff_no"])
    people = pd.DataFrame(
        {
            "county_code": counties.to_numpy(),
            "staff_id": ids.to_numpy(),
            "staff_no": staff["staff_no"].to_numpy(),
            "name": staff["name"].to_numpy(),
            "phone_masked": staff["phone_masked"].to_numpy(),
        }
    )
    copy_frame(session, "staff", people)
    county_of = people.set_index("staff_no")["county_code"]
    rows = pd.DataFrame(
        {
            "county_code": county_of.loc[postings["staff_no"]].to_numpy(),
            "staff_id": ids.loc[postings["staff_no"]].to_numpy(),
            "role": postings["role"].to_numpy(),
            "division_code": postings["division_code"].to_numpy(),
            "grid_id": current_grid_ids(session, postings["grid_code"]),
            "valid": [f"[{day},)" for day in postings["valid_from"]],
        }
    )
    return copy_frame(session, "posting", rows)


def load_party_organisations(session: WriteSession, frame: pd.DataFrame) -> int:
    """Append Party branches and groups.

    Parameters
    ----------
    session
        The open transaction.
    frame
        Columns ``kind``, ``name``, ``division_code``, ``grid_code`` (nullable).

    Returns
    -------
    int
        Number of organisations written.
    """
    rows = pd.DataFrame(
        {
            "county_code": frame["division_code"].str[:6].to_numpy(),
            "kind": frame["kind"].to_numpy(),
            "name": frame["name"].to_numpy(),
            "division_code": frame["division_code"].to_numpy(),
            "grid_id": current_grid_ids(session, frame["grid_code"]),
        }
    )
    return copy_frame(session, "party_organisation", rows)


def current_grid_ids(session: WriteSession, codes: pd.Series) -> Any:
    """Return the ids of the current grids with these codes; missing codes stay missing.

    Raises
    ------
    Invalid
        A code is not that of a current grid.
    """
    rows = session.execute(
        text("SELECT code, grid_id FROM grid_version WHERE upper_inf(generations)")
    )
    id_of = {row.code: row.grid_id for row in rows}
    wanted = [None if pd.isna(code) else str(code) for code in codes]
    unknown = sorted({code for code in wanted if code is not None and code not in id_of})
    if unknown:
        raise Invalid(
            f"{len(unknown)} grid codes are not current, for example {unknown[0]}",
            zh=f"有 {len(unknown)} 个网格编码不存在,例如 {unknown[0]}",
            codes=unknown[:20],
        )
    return pd.array([None if code is None else id_of[code] for code in wanted], dtype="Int64")
