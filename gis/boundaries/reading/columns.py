"""The columns of a file of grids: code, name, kind and the division that each belongs to."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from gis.profiles import Profile
from gis.tabular import TWICE, Field, Note, Reason, Table, Verdicts, choices, plain

FIELDS = (
    Field("code", ("网格编码", "网格代码", "编码", "代码", "grid_code", "gridcode"), required=True),
    Field("name", ("网格名称", "名称", "grid_name", "gridname"), required=True),
    Field("kind", ("网格类型", "类型", "网格类别", "grid_kind", "grid_type"), required=True),
    Field(
        "division",
        ("所属村社区", "所属村(社区)", "所属区划", "村社区代码", "村代码", "division_code"),
    ),
)
SPELLINGS = {name: field.name for field in FIELDS for name in (field.name, *field.headers)}
"""Header → the field that it means."""

KINDS = {
    "rural": ("rural", "农村网格", "农村", "农村基础网格"),
    "community": ("community", "社区网格", "社区", "城市社区网格", "城市社区"),
    "exclusive": ("exclusive", "专属网格", "专属"),
}

_GRID_CODE = re.compile(r"\d{15}(\d{2})?", re.ASCII)
_BAD_CODE = Reason(
    "网格编码应为 15 位数字（微网格 17 位）", "a grid code has 15 digits (a micro-grid 17)"
)
_FOREIGN_CODE = Reason(
    "网格编码前 6 位应为所属区划的县级代码",
    "a grid code begins with the six digits of the county that the grid belongs to",
)
_UNKNOWN_DIVISION = Reason(
    "所属区划不存在，请先导入行政区划", "no such division; import the divisions first"
)
_MANY_DIVISIONS = Reason(
    "有多个同名区划，请改填区划代码", "several divisions have this name; give the code"
)


def grid_columns(
    table: Table,
    profile: Profile,
    divisions: pd.DataFrame,
    verdicts: Verdicts,
    notes: list[Note],
) -> pd.DataFrame:
    """Read the columns of grids.

    Parameters
    ----------
    table
        The file's attributes.
    profile
        Its kinds.
    divisions
        Columns ``code`` and ``name``: what is loaded.
    verdicts, notes
        Take what is refused, and what was filled in.

    Returns
    -------
    DataFrame
        Columns ``code``, ``name``, ``kind``, ``division_code``, n rows.
    """
    codes = table.text("code", verdicts, limit=17, required=True)
    label = table.label("code")
    good = np.array([bool(_GRID_CODE.fullmatch(code)) for code in codes.tolist()], dtype=bool)
    verdicts.refuse(~good & (codes != ""), label, codes, _BAD_CODE)
    verdicts.refuse(pd.Series(codes).duplicated(keep=False) & (codes != ""), label, codes, TWICE)
    owners = _divisions(table, codes, divisions, verdicts, notes)
    counties = pd.Series(owners, dtype=object).str[:6]
    foreign = counties.notna() & (counties != pd.Series(codes, dtype=object).str[:6])
    verdicts.refuse(good & foreign.to_numpy(dtype=bool), label, codes, _FOREIGN_CODE)
    shown = "、".join(kind.name_zh for kind in profile.kinds.values())
    return pd.DataFrame(
        {
            "code": codes,
            "name": table.text("name", verdicts, limit=100, required=True),
            "kind": choices(
                table,
                "kind",
                verdicts,
                meaning=_kind_meaning(profile),
                reason=Reason(
                    f"网格类型应为：{shown}", f"the kind must be one of: {', '.join(profile.kinds)}"
                ),
                required=True,
            ),
            "division_code": owners,
        }
    )


def _kind_meaning(profile: Profile) -> dict[str, str]:
    """Return spelling → kind, for the kinds that the deployment has."""
    return {
        spelling.casefold(): kind
        for kind, label in profile.kinds.items()
        for spelling in (*KINDS[kind], label.name_zh, label.name_en)
    }


def _divisions(
    table: Table, codes: Any, divisions: pd.DataFrame, verdicts: Verdicts, notes: list[Note]
) -> Any:
    """Return the division of each grid: by code, by a name that only one has, or by grid code."""
    meaning: dict[str, str | None] = {}
    for code, name in zip(divisions["code"], divisions["name"], strict=True):
        key = plain(name)
        meaning[key] = None if key in meaning else code
    known = set(divisions["code"])
    given = table.column("division")
    padded = pd.Series(given, dtype=object).str.ljust(12, "0")
    by_name = pd.Series(given, dtype=object).map(plain)
    found = padded.where(padded.isin(known), by_name.map(meaning))
    empty = given == ""
    owners = pd.Series(codes, dtype=object).str[:12]
    found = found.where(~pd.Series(empty), owners.where(owners.isin(known)))
    unknown = found.isna().to_numpy()
    ambiguous = by_name.isin([k for k, v in meaning.items() if v is None]).to_numpy() & ~empty
    label = table.label("division")
    shown = np.where(empty, owners, given)
    verdicts.refuse(unknown & ambiguous, label, shown, _MANY_DIVISIONS)
    verdicts.refuse(unknown & ~ambiguous, label, shown, _UNKNOWN_DIVISION)
    if empty.any():
        count = int(empty.sum())
        notes.append(
            Note(
                f"{count} 个网格未写所属区划，取网格编码前 12 位",
                f"{count} grids name no division; the first 12 digits of their codes are taken",
            )
        )
    return found.to_numpy(dtype=object)
