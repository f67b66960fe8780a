"""Import the tree of divisions from a file of rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from gis.core.errors import Invalid
from gis.db.session import WriteSession, as_reader
from gis.divisions.deployment import Deployment, find_deployment, found_deployment
from gis.divisions.load import load_divisions
from gis.divisions.shapes import CODE_LENGTH, derived_parent, level_by_shape, significant
from gis.profiles import Profile
from gis.tabular import (
    EMPTY,
    TWICE,
    Field,
    ImportReport,
    Note,
    Progress,
    Reason,
    Table,
    Verdicts,
    choices,
    make_report,
    parse_mapping,
    plain,
    read_table,
    reading_notes,
    require_clean,
    silent,
)

FIELDS = (
    Field("code", ("代码", "区划代码", "行政区划代码", "编码", "统计用区划代码"), required=True),
    Field("name", ("名称", "区划名称", "行政区划名称", "单位名称"), required=True),
    Field("level", ("级别", "层级", "区划级别")),
    Field("parent", ("上级", "上级代码", "上级区划代码", "parent_code", "上级编码")),
)

_CODE = re.compile(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}", re.ASCII)
_BAD_CODE = Reason(
    "区划代码应为 12 位数字（或 2、4、6、9 位简码）",
    "a division code has 12 digits (or 2, 4, 6 or 9, short)",
)
_NO_PARENT = Reason("上级不在文件中", "its parent is not in the file")
_PARENT_REFUSED = Reason("上级所在行被拒绝", "the row of its parent is refused")
_LEVEL_ORDER = Reason("级别不低于上级的级别", "its level is not below its parent's")
_NO_LEVEL = Reason(
    "无法由代码推断级别或上级，请增加“级别”和“上级”列",
    "neither level nor parent follow from the code; add the columns level and parent",
)


@dataclass(frozen=True, slots=True)
class DivisionFile:
    """What an import needs to know besides the file.

    Attributes
    ----------
    mapping
        ``field=HEADER`` pairs.
    sheet
        Sheet of a workbook.
    keep_going
        Whether good rows are loaded although others are refused.
    only_inside
        Leave out the rows outside the deployment's root instead of refusing them, so that a
        national list can be read.
    """

    mapping: tuple[str, ...] = ()
    sheet: str | None = None
    keep_going: bool = False
    only_inside: bool = False


def import_divisions(
    session: WriteSession,
    path: Path,
    options: DivisionFile,
    profile: Profile,
    *,
    progress: Progress = silent,
) -> ImportReport:
    """Check every row of a file and load the tree; the first time, found the deployment.

    Parameters
    ----------
    session
        The open transaction; nothing is committed here.
    path
        CSV or workbook.
    options
        Headers, and what to do with refused rows.
    profile
        Names root and levels.
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
    Conflict
        Divisions are loaded already.
    BadFile, Invalid
        The file or its headers cannot be used.
    """
    mapping = parse_mapping(options.mapping, FIELDS)
    progress("读取文件", "reading the file")
    table = read_table(path, FIELDS, mapping, sheet=options.sheet)
    verdicts, notes = table.begin_verdicts(), reading_notes(table)
    frame = _read_rows(table, profile, verdicts)
    inside = frame["code"].str.startswith(significant(profile.root.code)).to_numpy(dtype=bool)
    if options.only_inside:
        kept = _leave_out(frame, inside, notes)
    else:
        verdicts.refuse(
            ~inside & (frame["code"] != "").to_numpy(),
            table.label("code"),
            table.column("code"),
            _outside_reason(profile),
        )
        kept = frame
    _judge_tree(table, kept, profile, verdicts)
    report = make_report(path.name, verdicts, notes)
    require_clean(report, keep_going=options.keep_going)
    good = kept[verdicts.accepted[kept.index]]
    rows = _with_root(good, profile, notes)
    progress("写入行政区划", "writing divisions")
    if find_deployment(as_reader(session)) is None:
        deployment = Deployment(profile.name, profile.root.code, is_schematic=False)
        found_deployment(session, deployment)
    load_divisions(session, rows)
    return replace(report, loaded=len(good), notes=tuple(notes))


def _read_rows(table: Table, profile: Profile, verdicts: Verdicts) -> pd.DataFrame:
    """Return code (12 digits), name, level, parent_code of every row; "" or None where unknown."""
    levels = profile.levels[:-1]
    meaning = {
        spelling: level.slug
        for level in levels
        for name in (level.slug, level.name_zh, level.name_en)
        for spelling in (name.casefold(), plain(name))
    }
    shown = "、".join(level.name_zh for level in levels)
    shown_en = ", ".join(level.slug for level in levels)
    code, parent = _codes(table, "code", verdicts), _codes(table, "parent", verdicts)
    verdicts.refuse(
        table.column("code") == "",
        table.label("code"),
        table.column("code"),
        EMPTY,
    )
    return pd.DataFrame(
        {
            "code": code,
            "name": table.text("name", verdicts, limit=100, required=True),
            "level": choices(
                table,
                "level",
                verdicts,
                meaning=meaning,
                reason=Reason(f"级别应为：{shown}", f"the level must be one of: {shown_en}"),
            ),
            "parent_code": parent,
        }
    )


def _codes(table: Table, field: str, verdicts: Verdicts) -> pd.Series:
    cells = pd.Series(table.column(field), dtype=object)
    good = cells.map(lambda cell: bool(_CODE.fullmatch(cell))).astype(bool)
    verdicts.refuse(~good & (cells != ""), table.label(field), cells.to_numpy(), _BAD_CODE)
    return cells.str.ljust(CODE_LENGTH, "0").where(good, "")


def _outside_reason(profile: Profile) -> Reason:
    root = significant(profile.root.code)
    return Reason(
        f"不属于本部署的根区划 {root} {profile.root.name}（可加 --only-inside 跳过）",
        f"is not under {root}, the root of this deployment (--only-inside leaves such rows out)",
    )


def _leave_out(frame: pd.DataFrame, inside: object, notes: list[Note]) -> pd.DataFrame:
    kept = frame[pd.Series(inside) | (frame["code"] == "")]
    count = len(frame) - len(kept)
    if kept.empty:
        raise Invalid(
            "no row lies under the root of this deployment", zh="没有属于本部署根区划的行"
        )
    notes.append(Note(f"跳过根区划以外的行 {count} 行", f"rows outside the root left out: {count}"))
    return kept


def _judge_tree(table: Table, frame: pd.DataFrame, profile: Profile, verdicts: Verdicts) -> None:
    """Fill in levels and parents in place, and refuse what fits into no tree."""
    at = frame.index.to_numpy()
    label, cells = table.label("code"), table.column("code")

    def refuse(mask: pd.Series, reason: Reason) -> None:
        whole = pd.Series(data=False, index=range(len(table)))
        whole.iloc[at] = mask.to_numpy(dtype=bool)
        verdicts.refuse(whole.to_numpy(), label, cells, reason)

    known = frame["code"] != ""
    refuse(known & frame["code"].duplicated(keep=False), TWICE)
    is_root = frame["code"] == profile.root.code
    _fill_in(frame, profile, is_root)
    refuse(known & frame["level"].isna(), _NO_LEVEL)
    codes = set(frame["code"]) | {profile.root.code}
    lone = known & ~is_root & ~frame["parent_code"].isin(codes)
    refuse(lone, _NO_PARENT)
    depth = dict(zip(frame["code"], frame["depth"], strict=True)) | {profile.root.code: 0}
    above = frame["parent_code"].map(depth)
    refuse(known & ~is_root & ~lone & (above >= frame["depth"]), _LEVEL_ORDER)
    while True:  # what hangs under a refused row falls with it
        refused = set(frame.loc[verdicts.refused[at], "code"]) - {profile.root.code, ""}
        orphan = frame["parent_code"].isin(refused) & ~verdicts.refused[at]
        if not orphan.any():
            return
        refuse(orphan, _PARENT_REFUSED)


def _fill_in(frame: pd.DataFrame, profile: Profile, is_root: pd.Series) -> None:
    by_shape = level_by_shape(profile)
    derived = frame["code"].map(lambda code: by_shape.get(len(significant(code))))
    # A code in the block of areas (片区) says nothing of a level that only profiles know.
    frame["level"] = frame["level"].where(frame["level"].notna(), derived)
    frame.loc[is_root, "level"] = profile.levels[0].slug
    parents = frame["code"].map(lambda code: derived_parent(code, profile))
    frame["parent_code"] = frame["parent_code"].where(frame["parent_code"] != "", parents)
    frame["parent_code"] = frame["parent_code"].astype(object).where(~is_root, None)
    depths = {level.slug: depth for depth, level in enumerate(profile.levels)}
    admin = {level.slug: level.admin for level in profile.levels}
    frame["depth"] = frame["level"].map(depths).fillna(-1).astype(int)
    frame["is_admin"] = frame["level"].map(admin).fillna(value=False).astype(bool)


def _with_root(good: pd.DataFrame, profile: Profile, notes: list[Note]) -> pd.DataFrame:
    root = profile.root
    if (good["code"] == root.code).any():
        return good
    notes.append(
        Note(
            f"文件中没有根区划，已按配置补上：{root.code} {root.name}",
            f"the file has no root; added from the profile: {root.code} {root.name}",
        )
    )
    top = pd.DataFrame(
        {
            "code": [root.code],
            "name": [root.name],
            "level": [profile.levels[0].slug],
            "parent_code": pd.Series([None], dtype=object),
            "depth": [0],
            "is_admin": [profile.levels[0].admin],
        }
    )
    return pd.concat([top, good], ignore_index=True)
