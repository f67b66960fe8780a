"""Import households from a file of rows: every row checked, one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gis.core.datum import Bounds
from gis.core.locator import Locator
from gis.db.bulk_loading import bulk_loading
from gis.db.session import WriteSession, as_reader
from gis.divisions.locking import share_counties
from gis.grids import file_positions, load_locator
from gis.households.import_queries import are_households_stored, list_known_households
from gis.households.load import TABLES, load_households
from gis.profiles import Profile
from gis.tabular import (
    POSITION_FIELDS,
    TWICE,
    Field,
    ImportReport,
    Note,
    Progress,
    Reason,
    Table,
    Verdicts,
    counts,
    make_report,
    parse_mapping,
    read_accuracy_m,
    read_positions,
    read_table,
    reading_notes,
    require_clean,
    require_crs,
    silent,
    truths,
)

SMALLINT = 32_767
CHUNK = 100_000

FIELDS = (
    Field("household_no", ("户号", "户编号", "住户编号", "家庭编号", "户籍编号"), required=True),
    *POSITION_FIELDS,
    Field("registered_count", ("户籍人口", "户籍人数", "户籍")),
    Field("resident_count", ("常住人口", "常住人数", "其中常住", "人数", "人口")),
    Field("floating_count", ("流动人口", "流动人数", "外来人口")),
    Field("party_member_count", ("党员数", "党员人数", "党员")),
    Field("is_party_household", ("党员中心户", "是否党员中心户", "中心户")),
    Field("position_accuracy_m", ("定位精度", "精度")),
)
COUNTS = ("registered_count", "resident_count", "floating_count", "party_member_count")

_STORED = Reason("该户号已在数据库中", "this household number is in the database already")
_OUTSIDE = Reason("不在任何网格内", "lies in no grid")


@dataclass(frozen=True, slots=True)
class HouseholdFile:
    """What an import needs to know besides the file.

    Attributes
    ----------
    crs
        Name of the positions' coordinate system; there is no default.
    mapping
        ``field=HEADER`` pairs.
    sheet
        Sheet of a workbook.
    keep_going
        Whether good rows are loaded although others are refused.
    """

    crs: str | None
    mapping: tuple[str, ...] = ()
    sheet: str | None = None
    keep_going: bool = False


def import_households(
    session: WriteSession,
    path: Path,
    options: HouseholdFile,
    profile: Profile,
    *,
    progress: Progress = silent,
) -> ImportReport:
    """Check every row of a file and load the households, each filed into its grids.

    Parameters
    ----------
    session
        The open transaction; nothing is committed here.
    path
        CSV or workbook.
    options
        Coordinate system, headers, and what to do with refused rows.
    profile
        Of the deployment: its box.
    progress
        Told how far it is.

    Returns
    -------
    ImportReport
        With the number of rows loaded.

    Raises
    ------
    RowsRefused
        Rows are refused and ``keep_going`` is off, or none is left; ``extra["report"]``.
    BadFile, Invalid, UnknownCrs, NotFound
        The file, its headers or the coordinate system cannot be used; no boundaries are loaded.
    """
    crs = require_crs(options.crs)
    mapping = parse_mapping(options.mapping, FIELDS)
    progress("读取文件", "reading the file")
    table = read_table(path, FIELDS, mapping, sheet=options.sheet)
    share_counties(session)
    locator = load_locator(as_reader(session))
    progress("检查各行", "checking the rows")
    verdicts, notes = table.begin_verdicts(), reading_notes(table)
    positions = read_positions(table, crs, Bounds(*profile.bounds), verdicts, notes)
    frame = pd.DataFrame(
        {
            "lon": positions.lon,
            "lat": positions.lat,
            "position_x": positions.x,
            "position_y": positions.y,
            "position_crs": crs.name,
            **_columns(table, verdicts, notes),
        }
    )
    _refuse_outside(table, frame, locator, verdicts)
    _refuse_known(session, table, frame, locator, verdicts)
    report = make_report(path.name, verdicts, notes)
    require_clean(report, keep_going=options.keep_going)
    return replace(report, loaded=_load(session, frame[verdicts.accepted], locator, progress))


def _columns(table: Table, verdicts: Verdicts, notes: list[Note]) -> dict[str, Any]:
    people = {
        name: counts(table, name, verdicts, low=0, high=SMALLINT, default=0) for name in COUNTS
    }
    absent = [name for name in COUNTS if not table.has(name)]
    if absent:
        shown = ", ".join(absent)
        notes.append(
            Note(f"文件中没有以下列，按 0 计：{shown}", f"no such columns, taken as 0: {shown}")
        )
    return {
        "household_no": table.text("household_no", verdicts, limit=64, required=True),
        **people,
        "is_party_household": np.asarray(
            truths(table, "is_party_household", verdicts).to_numpy(dtype=bool, na_value=False)
        ),
        "position_accuracy_m": read_accuracy_m(table, verdicts),
    }


def _refuse_outside(
    table: Table, frame: pd.DataFrame, locator: Locator, verdicts: Verdicts
) -> None:
    known = np.isfinite(frame["lon"].to_numpy())
    outside = known & (locator.locate(frame["lon"].to_numpy(), frame["lat"].to_numpy()).basic < 0)
    label = f"{table.label('x')}, {table.label('y')}"
    shown = (table.column("x"), table.column("y"))
    verdicts.refuse(outside, label, shown, _OUTSIDE)


def _refuse_known(
    session: WriteSession, table: Table, frame: pd.DataFrame, locator: Locator, verdicts: Verdicts
) -> None:
    """Refuse numbers that occur twice, in the file or with the database; unique by county."""
    county = file_positions(locator, frame["lon"], frame["lat"]).county_code
    number = frame["household_no"].to_numpy(dtype=object)
    keys = pd.DataFrame({"county": county, "number": number})
    filled = number != ""
    label = table.label("household_no")
    # Not those of refused rows: they may hold what PostgreSQL does not take as text.
    asked = keys[filled & verdicts.accepted]
    twice = keys.duplicated(keep=False).to_numpy(dtype=bool)
    verdicts.refuse(twice & filled, label, number, TWICE)
    reader = as_reader(session)
    if not are_households_stored(reader):
        return
    counties, numbers = (sorted(asked[name].unique().tolist()) for name in keys)
    stored = list_known_households(reader, counties, numbers)
    if stored:
        known = pd.MultiIndex.from_frame(keys).isin(stored)
        verdicts.refuse(known & filled, label, number, _STORED)


def _load(session: WriteSession, frame: pd.DataFrame, locator: Locator, progress: Progress) -> int:
    loaded = 0
    with bulk_loading(session, TABLES, len(frame)):
        for start in range(0, len(frame), CHUNK):
            progress("写入住户", "writing households", start / len(frame))
            loaded += load_households(session, frame.iloc[start : start + CHUNK], locator)
    return loaded
