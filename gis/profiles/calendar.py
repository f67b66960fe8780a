"""The working calendar (工作日历) as data: days off, make-up working days, opening hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cached_property
from typing import Self

from pydantic import Field, model_validator

from gis.core.working_time import WorkCalendar
from gis.profiles.rules import Record, broken, refuse_duplicates


class Hours(Record):
    """A span of a day in which offices are open."""

    first: dt.time = Field(alias="from")
    last: dt.time = Field(alias="to")

    @model_validator(mode="after")
    def _whole_minutes(self) -> Self:
        for key, time in (("from", self.first), ("to", self.last)):
            if time.second or time.microsecond or time.tzinfo:
                raise broken(key, "must be a whole minute, without a zone")
        return self

    def minutes(self) -> tuple[int, int]:
        """Return opening and closing as minutes of the day.

        Returns
        -------
        tuple of int
        """
        first, last = (t.hour * 60 + t.minute for t in (self.first, self.last))
        return first, last


class Holiday(Record):
    """A holiday: days off in a row, both included."""

    first: dt.date
    last: dt.date
    name_zh: str = Field(min_length=1)

    @model_validator(mode="after")
    def _is_forward(self) -> Self:
        if self.last < self.first:
            raise broken("last", "lies before first")
        return self

    def days(self) -> Iterator[dt.date]:
        """Return its days.

        Returns
        -------
        Iterator of date
        """
        return (self.first + dt.timedelta(n) for n in range((self.last - self.first).days + 1))


class CalendarYear(Record):
    """The days off and the make-up working days (调休) of one year."""

    year: int = Field(ge=1950, le=2100)
    holidays: tuple[Holiday, ...] = ()
    working: tuple[dt.date, ...] = Field(default=(), description="Make-up working days.")

    @model_validator(mode="after")
    def _days_fit(self) -> Self:
        off = [day for holiday in self.holidays for day in holiday.days()]
        refuse_duplicates("holidays", [str(day) for day in off])
        refuse_duplicates("working", [str(day) for day in self.working])
        for key, days in (("holidays", off), ("working", self.working)):
            for day in days:
                if day.year != self.year:
                    raise broken(key, f"{day} is not in {self.year}")
        for day in self.working:
            if day in off:
                raise broken("working", f"{day} is a day off as well")
            if day.weekday() < 5:
                raise broken("working", f"{day} is a working day anyway; is the date right?")
        return self


class Calendar(Record):
    """A working calendar: the years that are known, and the hours of each working day.

    Notes
    -----
    Source: ``data/calendars/SOURCES.md``.
    """

    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    hours: tuple[Hours, ...] = Field(min_length=1)
    years: tuple[CalendarYear, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        refuse_duplicates("years", [str(year.year) for year in self.years])
        edges = [edge for span in self.hours for edge in span.minutes()]
        if edges != sorted(set(edges)):
            raise broken("hours", "must be in their order and apart")
        return self

    @cached_property
    def working(self) -> WorkCalendar:
        """The calendar to count with."""
        return WorkCalendar(
            hours=tuple(span.minutes() for span in self.hours),
            off=frozenset(day for y in self.years for h in y.holidays for day in h.days()),
            on=frozenset(day for year in self.years for day in year.working),
            years=frozenset(year.year for year in self.years),
        )
