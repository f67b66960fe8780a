"""Which events a map or a table is about: a span of days and a category."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from gis.core.clock import SHANGHAI
from gis.core.errors import Invalid

_CATEGORY = re.compile(r"([0-9]{2}){1,3}")


@dataclass(frozen=True, slots=True)
class EventChoice:
    """A choice of events, by the day of their report and by their category.

    Parameters
    ----------
    first_day, last_day
        Both included, in Asia/Shanghai; None for no bound.
    category
        A class (2 digits), a category (4) or an item of one (6); None for all.

    Raises
    ------
    Invalid
        The days are the wrong way round, or the category is no code.
    """

    first_day: dt.date | None = None
    last_day: dt.date | None = None
    category: str | None = None

    def __post_init__(self) -> None:
        if self.category is not None and not _CATEGORY.fullmatch(self.category):
            raise Invalid(
                f"category is a code of 2, 4 or 6 digits, not {self.category[:20]!r}",
                zh="事件类别应为 2、4 或 6 位数字代码",
            )
        if self.first_day and self.last_day and self.first_day > self.last_day:
            raise Invalid(
                f"the period ends ({self.last_day}) before it begins ({self.first_day})",
                zh=f"时段的结束日期（{self.last_day}）早于开始日期（{self.first_day}）",
            )

    def values(self) -> dict[str, Any]:
        """Return what a statement binds: since and until (half-open), and a LIKE pattern.

        Returns
        -------
        dict
            since, until: datetime with a zone, or PostgreSQL's infinities; category: str.
        """
        return {
            "since": _midnight(self.first_day) if self.first_day else "-infinity",
            "until": _midnight_after(self.last_day) if self.last_day else "infinity",
            "category": f"{self.category or ''}%",
        }


def _midnight_after(day: dt.date) -> dt.datetime | str:
    return "infinity" if day == dt.date.max else _midnight(day + dt.timedelta(1))


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=SHANGHAI)
