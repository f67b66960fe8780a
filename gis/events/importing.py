"""Import events from a file of rows: every row checked, one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from gis.core.datum import Bounds
from gis.core.errors import Invalid
from gis.core.locator import Locator
from gis.db.bulk_loading import bulk_loading
from gis.db.session import WriteSession, as_reader
from gis.divisions.locking import share_counties
from gis.events.import_columns import FIELDS, MAX_SOURCE, event_columns
from gis.events.import_queries import are_events_stored, list_known_events
from gis.events.load import TABLES, load_events
from gis.events.telling import Imported
from gis.grids import file_positions, load_locator
from gis.profiles import Profile
from gis.tabular import (
    TWICE,
    ImportReport,
    Note,
    Progress,
    Reason,
    Table,
    Verdicts,
    make_report,
    parse_mapping,
    read_positions,
    read_table,
    reading_notes,
    require_clean,
    require_crs,
    silent,
)

CHUNK = 100_000

_STORED = Reason(
    "该来源的此编号已在数据库中", "an event of this source and id is in the database already"
)
_OUTSIDE = Reason(
    "不在任何网格内（如确需导入请加 --allow-outside）",
    "lies in no grid (add --allow-outside to take it all the same)",
)


@dataclass(frozen=True, slots=True)
class EventFile:
    """What an import needs to know besides the file.

    Attributes
    ----------
    crs
        Name of the positions' coordinate system; there is no default.
    source
        Source of all events, where the file has no such column.
    allow_outside
        Whether an event may lie outside every grid.
    mapping
        ``field=HEADER`` pairs.
    sheet
        Sheet of a workbook.
    keep_going
        Whether good rows are loaded although others are refused.
    """

    crs: str | None
    source: str | None = None
    allow_outside: bool = False
    mapping: tuple[str, ...] = ()
    sheet: str | None = None
    keep_going: bool = False


def import_events(
    session: WriteSession,
    path: Path,
    options: EventFile,
    profile: Profile,
    *,
    progress: Progress = silent,
) -> ImportReport:
    """Check every row of a file and load the events, each filed into its grids.

    Parameters
    ----------
    session
        The open transaction; nothing is committed here.
    path
        CSV or workbook.
    options
        Coordinate system, source, headers, and what to do with refused rows.
    profile
        Of the deployment: box, catalogue, channels, workflows.
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
        The file, its headers or the coordinate system cannot be used; the source is not named;
        no boundaries are loaded.
    """
    crs = require_crs(options.crs)
    mapping = parse_mapping(options.mapping, FIELDS)
    progress("读取文件", "reading the file")
    table = read_table(path, FIELDS, mapping, sheet=options.sheet)
    source = _source_of_all(table, options)
    share_counties(session)
    locator = load_locator(as_reader(session))
    progress("检查各行", "checking the rows")
    verdicts, notes = table.begin_verdicts(), reading_notes(table)
    positions = read_positions(table, crs, Bounds(*profile.bounds), verdicts, notes)
    frame = event_columns(table, profile, source, verdicts, notes).assign(
        lon=positions.lon,
        lat=positions.lat,
        position_x=positions.x,
        position_y=positions.y,
        position_crs=crs.name,
    )
    _judge_outside(table, frame, locator, verdicts, notes, allowed=options.allow_outside)
    _refuse_known(session, table, frame, locator, verdicts)
    report = make_report(path.name, verdicts, notes)
    require_clean(report, keep_going=options.keep_going)
    return replace(report, loaded=_load(session, frame[verdicts.accepted], locator, progress))


def _source_of_all(table: Table, options: EventFile) -> str | None:
    """Return the source of all events; None where the file has a column of it."""
    source = (options.source or "").strip()
    if len(source) > MAX_SOURCE or not source.isprintable():
        raise Invalid(
            f"--source: a name has at most {MAX_SOURCE} characters and no control character",
            zh=f"--source：名称最多 {MAX_SOURCE} 个字符，不得含控制字符",
        )
    if table.has("source"):
        return None
    if source:
        return source
    raise Invalid(
        "the file has no column source, so the system that the events come from is not known; "
        "add --source NAME (for example hotline_12345)",
        zh="文件没有“来源系统”列，无法得知事件来自哪个系统；请加 --source 名称（如 hotline_12345）",
    )


def _judge_outside(
    table: Table,
    frame: pd.DataFrame,
    locator: Locator,
    verdicts: Verdicts,
    notes: list[Note],
    *,
    allowed: bool,
) -> None:
    known = np.isfinite(frame["lon"].to_numpy())
    outside = known & (locator.locate(frame["lon"].to_numpy(), frame["lat"].to_numpy()).basic < 0)
    if allowed:
        count = int(outside.sum())
        if count:
            notes.append(Note(f"{count} 个事件不在任何网格内", f"{count} events lie in no grid"))
        return
    label = f"{table.label('x')}, {table.label('y')}"
    shown = (table.column("x"), table.column("y"))
    verdicts.refuse(outside, label, shown, _OUTSIDE)


def _refuse_known(
    session: WriteSession, table: Table, frame: pd.DataFrame, locator: Locator, verdicts: Verdicts
) -> None:
    """Refuse ids that occur twice, in the file or with the database; unique by source."""
    county = file_positions(locator, frame["lon"], frame["lat"]).county_code
    number = frame["source_id"].to_numpy(dtype=object)
    keys = pd.DataFrame({"county": county, "source": frame["source"].array, "id": number})
    filled = number != ""
    label = table.label("source_id")
    # Not those of refused rows: they may hold what PostgreSQL does not take as text.
    asked = keys[filled & verdicts.accepted]
    twice = keys.duplicated(keep=False).to_numpy(dtype=bool)
    verdicts.refuse(twice & filled, label, number, TWICE)
    reader = as_reader(session)
    if not are_events_stored(reader):
        return
    sources, ids = (sorted(asked[name].unique().tolist()) for name in ("source", "id"))
    stored = list_known_events(reader, sources, ids)
    if stored:
        known = pd.MultiIndex.from_frame(keys).isin(stored)
        verdicts.refuse(known & filled, label, number, _STORED)


def _load(session: WriteSession, frame: pd.DataFrame, locator: Locator, progress: Progress) -> int:
    loaded, imported = 0, Imported()
    with bulk_loading(session, TABLES, len(frame)):
        for start in range(0, len(frame), CHUNK):
            progress("写入事件", "writing events", start / len(frame))
            part = frame.iloc[start : start + CHUNK]
            loaded += load_events(session, part, locator)
            imported.add(file_positions(locator, part["lon"], part["lat"]))
    imported.tell(session)
    return loaded
