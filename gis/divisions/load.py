"""Write the tree of divisions."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import text

from gis.core.errors import Conflict, Invalid
from gis.db.copying import copy_frame
from gis.db.session import WriteSession

COLUMNS = ("code", "name", "level", "depth", "parent_code", "is_admin")


def load_divisions(session: WriteSession, frame: pd.DataFrame) -> int:
    """Write divisions into an empty tree.

    Parameters
    ----------
    session
        The open transaction.
    frame
        Columns ``code`` (12 digits), ``name``, ``level``, ``depth``, ``parent_code`` (null for
        the root), ``is_admin``.

    Returns
    -------
    int
        Number of divisions written.

    Raises
    ------
    Conflict
        Divisions are loaded already.
    Invalid
        A parent is missing, or the parents run in a circle.
    """
    if session.scalar(text("SELECT EXISTS (SELECT FROM division)")):
        raise Conflict(
            "divisions are loaded already; start from an empty database to load others",
            zh="行政区划已经导入；如需更换，请使用空数据库",
        )
    paths = division_paths(frame)
    ordered = frame.assign(path=paths).sort_values(["depth", "code"], kind="stable")
    return copy_frame(
        session,
        "division",
        pd.DataFrame(
            {
                **{name: ordered[name] for name in COLUMNS},
                "county_code": ordered["code"].str[:6],
                "path": ["{" + ",".join(path) + "}" for path in ordered["path"]],
            }
        ),
    )


def division_paths(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return for every division the codes from the root down to it.

    Parameters
    ----------
    frame
        Columns ``code`` and ``parent_code``.

    Returns
    -------
    list of tuple of str
        In the frame's order.

    Raises
    ------
    Invalid
        A parent is missing, or the parents run in a circle.
    """
    codes = [str(code) for code in frame["code"]]
    parents = [None if pd.isna(parent) else str(parent) for parent in frame["parent_code"]]
    parent_of = dict(zip(codes, parents, strict=True))
    known: dict[str, tuple[str, ...]] = {}
    for code in codes:
        chain: list[str] = []
        here: str | None = code
        while here is not None and here not in known:
            if here not in parent_of or here in chain:
                raise Invalid(
                    f"division {code}: its parent {here} is missing or runs in a circle",
                    zh=f"区划 {code} 的上级 {here} 不存在或形成循环",
                    code=code,
                )
            chain.append(here)
            here = parent_of[here]
        above = known[here] if here is not None else ()
        for step in reversed(chain):
            above = (*above, step)
            known[step] = above
    return [known[code] for code in codes]
