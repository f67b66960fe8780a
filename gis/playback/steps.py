"""A period cut into steps: hours, days, weeks from Monday, months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from enum import StrEnum

from gis.core.clock import SHANGHAI
from gis.core.errors import Forbidden, Invalid

#: More pictures than a year of days nobody looks at.
MOST_STEPS = 400
#: Days beyond are mistakes, and near the ends of the calendar there is nothing to count with.
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
#: Where no step is named: the finest that makes at most so many.
EASY_STEPS = 170


class StepLength(StrEnum):
    """How long a step is, the finest first."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_ZH = {
    StepLength.HOUR: "小时",
    StepLength.DAY: "日",
    StepLength.WEEK: "周",
    StepLength.MONTH: "月",
}
#: At least so many hours.
_HOURS = {StepLength.HOUR: 1, StepLength.DAY: 24, StepLength.WEEK: 168, StepLength.MONTH: 672}


def cut_steps(
    first_day: dt.date,
    last_day: dt.date,
    length: StepLength | None,
    *,
    now: dt.datetime,
    finest: StepLength = StepLength.HOUR,
    last_hours: int | None = None,
    easy: int = EASY_STEPS,
) -> tuple[StepLength, list[dt.datetime]]:
    """Cut a period into steps.

    Parameters
    ----------
    first_day, last_day
        Both included, in Asia/Shanghai.
    length
        None for the finest that makes at most `easy` steps.
    now
        Nothing is told of later hours: what would begin after it is left out, unless that were
        everything.
    finest
        Shorter steps are refused, and not chosen.
    last_hours
        Only so many of the hours; steps are hours then, whatever `length` says.
    easy
        How many steps there may be where no length is asked for.

    Returns
    -------
    tuple
        The length, and the moments between which the steps lie: one more than there are steps.
        The first and the last week or month may be cut short by the period.

    Raises
    ------
    Invalid
        The period ends before it begins, lies outside `EARLIEST` to `LATEST`, or has more than
        `MOST_STEPS`; names a coarser step.
    Forbidden
        The step is shorter than `finest`.

    Examples
    --------
    >>> day, noon = dt.date(2025, 1, 1), dt.datetime(2026, 1, 1, tzinfo=SHANGHAI)
    >>> length, edges = cut_steps(day, dt.date(2025, 1, 13), StepLength.WEEK, now=noon)
    >>> [edge.day for edge in edges]
    [1, 6, 13, 14]
    """
    if first_day > last_day:
        raise Invalid(
            f"the period ends ({last_day}) before it begins ({first_day})",
            zh=f"时段的结束日期（{last_day}）早于开始日期（{first_day}）",
        )
    if first_day < EARLIEST or last_day > LATEST:
        raise Invalid(
            f"the period {first_day} to {last_day} must lie between {EARLIEST} and {LATEST}",
            zh=f"时段 {first_day} 至 {last_day} 须在 {EARLIEST} 至 {LATEST} 之间",
        )
    offered = list(StepLength)[list(StepLength).index(finest) :]
    chosen = length or _easy(first_day, last_day, offered, easy)
    if last_hours is not None:
        chosen, first_day = (
            StepLength.HOUR,
            max(first_day, last_day - dt.timedelta(last_hours // 24 + 1)),
        )
    if chosen not in offered:
        raise Forbidden(
            f"Steps of one {chosen} show single events; log in, or ask for step={finest}.",
            zh=f"按{_ZH[chosen]}播放会显示单个事件；请登录，或使用 step={finest}。",
        )
    if _at_least(first_day, last_day, chosen) > MOST_STEPS:
        raise _too_many(first_day, last_day, chosen)
    edges = _edges(first_day, last_day, chosen)
    begun = [edge for edge in edges[:-1] if edge <= now]
    if begun and len(begun) < len(edges) - 1:
        edges = edges[: len(begun) + 1]
    return chosen, edges if last_hours is None else edges[-last_hours - 1 :]


def _at_least(first_day: dt.date, last_day: dt.date, length: StepLength) -> int:
    hours = ((last_day - first_day).days + 1) * 24
    # A month has 672 hours or more: by 28 days there would seem to be more steps than there are.
    return hours // (_HOURS[length] if length is not StepLength.MONTH else 744)


def _easy(
    first_day: dt.date, last_day: dt.date, offered: list[StepLength], easy: int
) -> StepLength:
    found = (one for one in offered if _at_least(first_day, last_day, one) <= easy)
    return next(found, StepLength.MONTH)


def _too_many(first_day: dt.date, last_day: dt.date, length: StepLength) -> Invalid:
    coarser = [
        one
        for one in list(StepLength)[list(StepLength).index(length) + 1 :]
        if _at_least(first_day, last_day, one) < MOST_STEPS
    ]
    number = _at_least(first_day, last_day, length)
    remedy = f"ask for step={coarser[0]}" if coarser else "choose a shorter period"
    zh = f"请改用“{_ZH[coarser[0]]}”（step={coarser[0]}）" if coarser else "请缩短时段"
    return Invalid(
        f"{first_day} to {last_day} by {length} makes {number} steps, at most {MOST_STEPS} are"
        f" played; {remedy}",
        zh=f"{first_day} 至 {last_day} 按{_ZH[length]}播放有 {number} 步，"
        f"最多 {MOST_STEPS} 步；{zh}",
        most_steps=MOST_STEPS,
    )


def _edges(first_day: dt.date, last_day: dt.date, length: StepLength) -> list[dt.datetime]:
    end = _midnight(last_day) + dt.timedelta(1)
    edges = [_midnight(first_day)]
    while edges[-1] < end:
        edges.append(min(_NEXT[length](edges[-1]), end))
    return edges


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=SHANGHAI)


def _next_monday(moment: dt.datetime) -> dt.datetime:
    return moment + dt.timedelta(7 - moment.weekday())


def _next_month(moment: dt.datetime) -> dt.datetime:
    return (moment.replace(day=1) + dt.timedelta(32)).replace(day=1)


_NEXT: dict[StepLength, Callable[[dt.datetime], dt.datetime]] = {
    StepLength.HOUR: lambda moment: moment + dt.timedelta(hours=1),
    StepLength.DAY: lambda moment: moment + dt.timedelta(1),
    StepLength.WEEK: _next_monday,
    StepLength.MONTH: _next_month,
}
