"""The columns of a file of events: what each may say, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from gis.core import clock
from gis.events.deadlines import due_times
from gis.profiles import Profile, Workflow
from gis.tabular import (
    POSITION_FIELDS,
    Field,
    Note,
    Reason,
    Table,
    Verdicts,
    choices,
    counts,
    read_accuracy_m,
    times,
    truths,
)

FIELDS = (
    Field("source", ("来源系统", "数据来源")),
    Field("source_id", ("事件编号", "工单编号", "工单号", "案件编号", "编号"), required=True),
    Field("title", ("事件名称", "标题", "事件标题", "事项名称"), required=True),
    Field("description", ("事件简述", "简述", "内容", "事件内容", "描述")),
    Field("category_code", ("事件类别", "类别", "事件类型", "类型", "类别编码"), required=True),
    Field("level", ("事件级别", "级别", "紧急程度")),
    Field("channel", ("来源渠道", "渠道", "上报渠道", "事件来源")),
    Field("occurred_at", ("发生时间", "发生日期")),
    Field("reported_at", ("上报时间", "受理时间", "登记时间", "上报日期"), required=True),
    Field("closed_at", ("办结时间", "结案时间", "办结日期")),
    Field("workflow", ("流程", "工作流程", "办理流程")),
    Field("state", ("状态", "事件状态", "办理状态", "当前环节")),
    Field("resolved", ("是否化解", "化解情况", "化解")),
    Field("satisfied", ("是否满意", "满意度", "评价结果")),
    Field("people_count", ("涉及人数", "参与人数")),
    Field("address_text", ("发生地点", "地点", "地址", "详细地址")),
    Field("position_accuracy_m", ("定位精度", "精度")),
    *POSITION_FIELDS,
)

MAX_PEOPLE = 1_000_000
MAX_SOURCE = 64

_BEFORE_OCCURRED = Reason("上报时间早于发生时间", "reported before it occurred")
_BEFORE_REPORTED = Reason("办结时间早于上报时间", "closed before it was reported")
_FUTURE = Reason("时间在将来", "lies in the future")
_OPEN_STATE = Reason(
    "已有办结时间，但状态尚未办结", "has a closing time, but its state is not closed"
)
_CLOSED_STATE = Reason(
    "状态为已办结，但缺少办结时间", "its state is closed, but it has no closing time"
)
_NO_DISPUTE = Reason(
    "化解情况只适用于矛盾纠纷（01 类）", "only disputes (class 01) can be resolved"
)
_NOT_CLOSED = Reason("尚未办结，不能标为已化解", "cannot be resolved before it is closed")


def event_columns(
    table: Table, profile: Profile, source: str | None, verdicts: Verdicts, notes: list[Note]
) -> pd.DataFrame:
    """Read every column but the position, and fill in what follows from the others.

    Parameters
    ----------
    table
        The file.
    profile
        Its catalogue, channels and workflows.
    source
        Source of all rows, where the file has no such column.
    verdicts, notes
        Take what is refused and what was filled in.

    Returns
    -------
    DataFrame
        Columns of `gis.events.load_events` without the position, n rows.
    """
    frame = pd.DataFrame(_plain_columns(table, source, verdicts))
    frame["category_code"] = choices(
        table,
        "category_code",
        verdicts,
        meaning=category_meaning(profile, table),
        reason=Reason(
            "不在事项清单中（应为 4 位类别代码或类别名称）",
            "is not in the event catalogue (a code of 4 digits, or a name)",
        ),
        required=True,
    )
    frame["level"] = _levels(table, profile, frame["category_code"], verdicts)
    frame["channel"] = _channels(table, profile, frame["source"], verdicts, notes)
    _read_times(table, frame, verdicts)
    _add_deadlines(frame, profile, notes)
    _read_states(table, profile, frame, verdicts)
    _read_outcome(table, frame, verdicts)
    return frame


def category_meaning(profile: Profile, table: Table) -> dict[str, str]:
    """Return spelling → code for every category, and for the local items below them (6 digits).

    A name that several classes share (其他) means nothing.
    """
    items = list(profile.catalogue.items())
    names = pd.Series([item.name_zh for item in items])
    doubled = set(names[names.duplicated()])
    meaning = {item.code: item.code for item in items}
    meaning |= {
        name.casefold(): item.code
        for item in items
        if item.name_zh not in doubled
        for name in (item.name_zh, item.name_en)
    }
    local = {cell for cell in set(table.column("category_code").tolist()) if len(cell) == 6}
    return meaning | {
        code: code for code in local if code.isdecimal() and code.isascii() and code[:4] in meaning
    }


def _plain_columns(table: Table, source: str | None, verdicts: Verdicts) -> dict[str, Any]:
    def text(name: str, limit: int, *, required: bool = False) -> Any:
        return table.text(name, verdicts, limit=limit, required=required)

    has_source = table.has("source")
    return {
        "source": text("source", MAX_SOURCE, required=True)
        if has_source
        else np.full(len(table), source, dtype=object),
        "source_id": text("source_id", 128, required=True),
        "title": text("title", 200, required=True),
        "description": text("description", 2000),
        "address_text": text("address_text", 500),
        "people_count": counts(
            table, "people_count", verdicts, low=0, high=MAX_PEOPLE, default=None
        ),
        "position_accuracy_m": read_accuracy_m(table, verdicts),
    }


def _levels(table: Table, profile: Profile, category: pd.Series, verdicts: Verdicts) -> Any:
    levels = profile.catalogue.levels
    meaning = {
        name.casefold(): level.number
        for level in levels
        for name in (str(level.number), level.name_zh, level.name_en)
    }
    shown = "、".join(f"{level.number} {level.name_zh}" for level in levels)
    shown_en = ", ".join(f"{level.number} {level.name_en}" for level in levels)
    given = choices(
        table,
        "level",
        verdicts,
        meaning=meaning,
        reason=Reason(f"级别应为：{shown}", f"the level must be one of: {shown_en}"),
    )
    usual = category.str[:4].map({item.code: item.level for item in profile.catalogue.items()})
    return pd.Series(given, dtype=object).where(pd.notna(given), usual.astype(object)).to_numpy()


def _channels(
    table: Table, profile: Profile, source: pd.Series, verdicts: Verdicts, notes: list[Note]
) -> Any:
    channels = profile.catalogue.channels
    meaning = {
        name.casefold(): channel.slug
        for channel in channels
        for name in (channel.slug, channel.name_zh, channel.name_en)
    }
    shown = "、".join(channel.name_zh for channel in channels)
    shown_en = ", ".join(channel.slug for channel in channels)
    given = choices(
        table,
        "channel",
        verdicts,
        meaning=meaning,
        reason=Reason(f"渠道应为：{shown}", f"the channel must be one of: {shown_en}"),
    )
    slugs = [channel.slug for channel in channels]
    # As for events that other systems send: a source that is a channel need not say so twice.
    usual = source.where(source.isin(slugs), slugs[0]).to_numpy(dtype=object)
    empty = table.column("channel") == ""
    if empty.any():
        names = ", ".join(sorted(set(usual[empty].tolist())))
        notes.append(
            Note(
                f"{int(empty.sum())} 行未写渠道，按 {names} 计",
                f"{int(empty.sum())} rows name no channel, taken as {names}",
            )
        )
    return np.where(empty, usual, given)


def _read_times(table: Table, frame: pd.DataFrame, verdicts: Verdicts) -> None:
    reported = times(table, "reported_at", verdicts, required=True)
    occurred = times(table, "occurred_at", verdicts, required=False)
    closed = times(table, "closed_at", verdicts, required=False)
    cells = table.column("occurred_at")
    early = (reported < occurred).to_numpy()
    verdicts.refuse(early, table.label("occurred_at"), cells, _BEFORE_OCCURRED)
    label, cells = table.label("closed_at"), table.column("closed_at")
    verdicts.refuse((closed < reported).to_numpy(), label, cells, _BEFORE_REPORTED)
    soon = pd.Timestamp(clock.now() + clock.SKEW)
    for name, column in (("reported_at", reported), ("closed_at", closed)):
        late = (column > soon).to_numpy()
        verdicts.refuse(late, table.label(name), table.column(name), _FUTURE)
    frame["reported_at"] = reported
    frame["occurred_at"] = occurred.where(occurred.notna(), reported)
    frame["closed_at"] = closed


def _add_deadlines(frame: pd.DataFrame, profile: Profile, notes: list[Note]) -> None:
    frame["due_at"] = due_times(profile, frame["category_code"], frame["reported_at"])
    # The year of the last one counts, too.
    years = frame.loc[frame["due_at"].notna(), ["reported_at", "due_at"]]
    days = pd.concat([years[name].dt.tz_convert(clock.SHANGHAI) for name in years])
    unknown = profile.calendar.working.unknown_years(days.dt.year.unique().tolist())
    if unknown:
        listed = "、".join(map(str, unknown))
        notes.append(
            Note(
                f"工作日历中没有 {listed} 年，其期限按周一至周五计算",
                f"the calendar does not know {', '.join(map(str, unknown))}: deadlines there count"
                " Monday to Friday",
            )
        )


def _read_states(table: Table, profile: Profile, frame: pd.DataFrame, verdicts: Verdicts) -> None:
    flows = {flow.slug: flow for flow in profile.workflows}
    spelled = {
        name.casefold(): slug
        for slug, flow in flows.items()
        for name in (slug, flow.name_zh, flow.name_en)
    }
    shown = "、".join(flow.name_zh for flow in flows.values())
    given = choices(
        table,
        "workflow",
        verdicts,
        meaning=spelled,
        reason=Reason(f"流程应为：{shown}", f"the workflow must be one of: {', '.join(flows)}"),
    )
    known = [code for code in frame["category_code"].unique() if isinstance(code, str)]
    usual = frame["category_code"].map(
        {code: profile.workflow_for(code[:4]).slug for code in known}
    )
    frame["workflow"] = pd.Series(given, dtype=object).where(pd.notna(given), usual)
    frame["state"] = None
    frame["phase"] = None
    closed = frame["closed_at"].notna().to_numpy()
    for slug, flow in flows.items():
        rows = (frame["workflow"] == slug).to_numpy()
        if rows.any():
            _read_states_of(table, flow, rows=rows, closed=closed, frame=frame, verdicts=verdicts)


def _read_states_of(
    table: Table,
    flow: Workflow,
    *,
    rows: Any,
    closed: Any,
    frame: pd.DataFrame,
    verdicts: Verdicts,
) -> None:
    cells, label = table.column("state"), table.label("state")
    index = _step_numbers(flow)
    numbers_of = pd.Series(cells).str.casefold().map(index).fillna(-1).to_numpy(dtype=int)
    shown = "、".join(step.name_zh for step in flow.steps)
    shown_en = ", ".join(step.slug for step in flow.steps)
    unknown = rows & (numbers_of < 0) & (cells != "")
    verdicts.refuse(
        unknown,
        label,
        cells,
        Reason(f"状态应为：{shown}", f"the state must be one of: {shown_en}"),
    )
    closing = flow.index_of(flow.closing_step)
    said = rows & (numbers_of >= 0)
    verdicts.refuse(said & closed & (numbers_of < closing), label, cells, _OPEN_STATE)
    verdicts.refuse(said & ~closed & (numbers_of >= closing), label, cells, _CLOSED_STATE)
    first = next((n for n, step in enumerate(flow.steps) if step.phase == "report"), 0)
    number = np.where(numbers_of >= 0, numbers_of, np.where(closed, closing, first))
    slugs = np.array([step.slug for step in flow.steps], dtype=object)
    phases = np.array([step.phase for step in flow.steps], dtype=object)
    frame.loc[rows, "state"] = slugs[number[rows]]
    frame.loc[rows, "phase"] = phases[number[rows]]


def _step_numbers(flow: Workflow) -> Mapping[str, int]:
    return {
        name.casefold(): number
        for number, step in enumerate(flow.steps)
        for name in (step.slug, step.name_zh, step.name_en)
    } | {"已办结": flow.index_of(flow.closing_step), "办结": flow.index_of(flow.closing_step)}


def _read_outcome(table: Table, frame: pd.DataFrame, verdicts: Verdicts) -> None:
    frame["resolved"] = truths(table, "resolved", verdicts)
    frame["satisfied"] = truths(table, "satisfied", verdicts)
    resolved = frame["resolved"].fillna(value=False).to_numpy(dtype=bool)
    label, cells = table.label("resolved"), table.column("resolved")
    dispute = frame["category_code"].str.startswith("01").fillna(value=True).to_numpy(dtype=bool)
    verdicts.refuse(resolved & ~dispute, label, cells, _NO_DISPUTE)
    verdicts.refuse(resolved & frame["closed_at"].isna().to_numpy(), label, cells, _NOT_CLOSED)
    frame["resolved"] = frame["resolved"].mask(pd.Series(~dispute))
