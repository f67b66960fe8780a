"""Working time (工作时间): until when something is due, by minutes, hours and working days.

A deadline counts from a moment. Minutes and hours run on day and night; working hours (工作时) run
while offices are open; working days (工作日) count whole days after the day of the moment, and end
when offices close.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gis.core.clock import EARLIEST, SHANGHAI
from gis.core.errors import Invalid

Unit = Literal["minute", "hour", "work_hour", "work_day"]
Longs = NDArray[np.int64]
Instants = NDArray[np.datetime64]

MINUTE = 60_000_000
"""Microseconds of a minute."""
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LENGTHS = {"minute": MINUTE, "hour": HOUR}
"""Microseconds of the units that run on day and night."""
LAST_YEAR = 2140
"""Calendars end with it."""

_ZONE = int(SHANGHAI.utcoffset(None).total_seconds()) * 1_000_000
_EPOCH = dt.date(1970, 1, 1).toordinal()
_FIRST_DAY = EARLIEST.date().toordinal() - _EPOCH
_LAST_DAY = dt.date(LAST_YEAR, 12, 31).toordinal() - _EPOCH
_LONGEST = 40 * 366


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit (时限): so many units."""

    value: int
    unit: Unit


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are working days, and when offices are open on them; in Asia/Shanghai.

    Parameters
    ----------
    hours
        Opening and closing, minutes of the day, in their order and apart.
    off
        Days off; Saturdays and Sundays are off without being named.
    on
        Make-up working days (调休): they are, although they may be Saturdays or Sundays.
    years
        Years of which `off` and `on` are known. In others Monday to Friday are working days.

    Raises
    ------
    ValueError
        Hours that are empty, overlap or leave the day, or a day that is both on and off.

    Notes
    -----
    Source: ADR 0024.
    """

    hours: tuple[tuple[int, int], ...]
    off: frozenset[dt.date] = frozenset()
    on: frozenset[dt.date] = frozenset()
    years: frozenset[int] = frozenset()
    _days: Longs = field(init=False, repr=False, compare=False)
    _opens: Longs = field(init=False, repr=False, compare=False)
    _closes: Longs = field(init=False, repr=False, compare=False)
    _before: Longs = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        edges = [edge for span in self.hours for edge in span]
        if not edges or edges != sorted(set(edges)) or edges[0] < 0 or edges[-1] > 24 * 60:
            raise ValueError("hours must be spans of one day, in their order and apart")
        if self.off & self.on:
            raise ValueError(f"both a working day and a day off: {sorted(self.off & self.on)}")
        opens, closes = np.array(self.hours, dtype=np.int64).T * MINUTE
        before = np.concatenate([[0], np.cumsum(closes - opens)[:-1]])
        known = {"_days": self._working_days(), "_opens": opens, "_closes": closes}
        for name, value in (known | {"_before": before}).items():
            object.__setattr__(self, name, value)

    def _working_days(self) -> Longs:
        """Return all working days in their order, as days since 1970."""
        days = np.arange(_FIRST_DAY, _LAST_DAY + 1)
        # 1970-01-01 was a Thursday.
        working = (days + 3) % 7 < 5
        for day in self.off | self.on:
            number = day.toordinal() - _EPOCH
            if _FIRST_DAY <= number <= _LAST_DAY:
                working[number - _FIRST_DAY] = day in self.on
        chosen: Longs = days[working]
        return chosen

    @property
    def day_length(self) -> int:
        """Return the working time of a day, microseconds."""
        return int((self._closes - self._opens).sum())

    def is_working_day(self, day: dt.date) -> bool:
        """Tell whether offices open on a day.

        Parameters
        ----------
        day
            From 1949-10-01 to the end of `LAST_YEAR`.

        Returns
        -------
        bool
        """
        number = day.toordinal() - _EPOCH
        place = int(np.searchsorted(self._days, number))
        return place < len(self._days) and int(self._days[place]) == number

    def unknown_years(self, years: Iterable[int]) -> list[int]:
        """Return which years count Monday to Friday because their days off are not known.

        Parameters
        ----------
        years
            The years asked about.

        Returns
        -------
        list of int
            Ascending.
        """
        return sorted(set(years) - self.years)

    def due_at(self, since: dt.datetime, limit: Limit) -> dt.datetime:
        """Return when something is due.

        Parameters
        ----------
        since
            The moment from which the limit runs, with a zone.
        limit
            How long it is.

        Returns
        -------
        datetime
            In Asia/Shanghai.

        Raises
        ------
        Invalid
            The moment or the deadline lies outside the calendar.

        Examples
        --------
        >>> offices = WorkCalendar(hours=((480, 720), (840, 1080)))
        >>> friday = dt.datetime(2025, 3, 7, 17, 30, tzinfo=SHANGHAI)
        >>> offices.due_at(friday, Limit(2, "work_hour")).isoformat()
        '2025-03-10T09:30:00+08:00'
        >>> offices.due_at(friday, Limit(1, "work_day")).isoformat()
        '2025-03-10T18:00:00+08:00'
        """
        moment = np.array([since.astimezone(dt.UTC).replace(tzinfo=None)], dtype="datetime64[us]")
        due: dt.datetime = self.due_times(moment, limit)[0].astype(object)
        return due.replace(tzinfo=dt.UTC).astimezone(SHANGHAI)

    def due_times(self, since: Instants, limit: Limit) -> Instants:
        """Return when many things are due, all by one limit.

        Parameters
        ----------
        since
            Shape (n,), datetime64, UTC: the moments from which the limit runs.
        limit
            How long it is, for all of them.

        Returns
        -------
        ndarray
            Shape (n,), datetime64[us], UTC.

        Raises
        ------
        Invalid
            A moment or a deadline lies outside the calendar.

        Notes
        -----
        Source: Civil Code of the PRC, art. 201 (a term in days begins on the day after; one in
        hours at once) and art. 203 (it ends when business of its last day ends, which is a
        working day). Time and memory grow with n alone.
        """
        local = since.astype("datetime64[us]").astype(np.int64) + _ZONE
        _require_inside(local)
        if limit.unit in LENGTHS:
            due = local + limit.value * LENGTHS[limit.unit]
        elif limit.unit == "work_day":
            due = self._after_days(local // DAY, limit.value)
        else:
            due = self._after_hours(local, limit.value * HOUR)
        instants: Instants = (due - _ZONE).astype("datetime64[us]")
        return instants

    def _after_days(self, day: Longs, number: int) -> Longs:
        """Return when offices close on the `number`-th working day after each day."""
        place = np.searchsorted(self._days, day, side="right") + number - 1
        due: Longs = self._day(place) * DAY + self._closes[-1]
        return due

    def _after_hours(self, local: Longs, length: int) -> Longs:
        """Return when so much working time has passed since each moment."""
        day, time = local // DAY, local % DAY
        place = np.searchsorted(self._days, day)
        works = self._days[np.minimum(place, len(self._days) - 1)] == day
        worked = place * self.day_length + np.where(works, self._worked(time), 0) + length
        # Time that ends with a day ends that evening, not next morning.
        place = (worked - 1) // self.day_length
        rest = worked - place * self.day_length
        span = np.searchsorted(self._before, rest, side="left") - 1
        due: Longs = self._day(place) * DAY + self._opens[span] + rest - self._before[span]
        return due

    def _worked(self, time: Longs) -> Longs:
        """Return how much of a working day's time has passed at a time of day."""
        passed = np.clip(time[:, None], self._opens, self._closes) - self._opens
        total: Longs = passed.sum(axis=1)
        return total

    def _day(self, place: Longs) -> Longs:
        if len(place) and int(place.max()) >= len(self._days):
            raise _beyond()
        days: Longs = self._days[place]
        return days


def _require_inside(local: Longs) -> None:
    if len(local) == 0:
        return
    first, last = int(local.min()), int(local.max())
    if first < _FIRST_DAY * DAY or last >= (_LAST_DAY - _LONGEST) * DAY:
        raise _beyond()


def _beyond() -> Invalid:
    years = f"{EARLIEST.year}–{LAST_YEAR - _LONGEST // 366}"
    return Invalid(
        f"Deadlines can be counted for times of {years} only, and up to {LAST_YEAR}.",
        zh=f"只能计算 {years} 年间的办理期限，且不得晚于 {LAST_YEAR} 年。",
    )
