"""The `demo` table of a profile: the totals that the generated data must have exactly."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from pydantic import Field, model_validator

from gis.profiles.rules import Record, Slug, broken, refuse_duplicates


def scale_count(count: int, fraction: float) -> int:
    """Scale a total; what was there does not vanish.

    Parameters
    ----------
    count
        Total at fraction 1.
    fraction
        Share wanted, over 0 and at most 1.

    Returns
    -------
    int
        Nearest integer (half up), at least 1 where `count` is.

    Examples
    --------
    >>> scale_count(2466, 0.02), scale_count(18, 0.02), scale_count(0, 0.5)
    (49, 1, 0)
    """
    return max(int(count * fraction + 0.5), min(count, 1))


class StaffTotal(Record):
    """How many people hold a role, and over which nodes they are spread."""

    role: Slug
    count: int = Field(ge=0)
    over: Slug = Field(
        description="`grid` (all), `basic`, `exclusive`, a division level, or `rule` (head rules)."
    )


class HouseholdTotals(Record):
    """Households and people.

    A person living there for long (resident, 常住) is registered there or floating (流动);
    registered people (户籍) may live elsewhere.
    """

    count: int = Field(ge=1)
    registered: int = Field(ge=0)
    residents: int = Field(ge=0)
    floating: int = Field(ge=0)
    party_members: int = Field(ge=0)
    party_households: int = Field(ge=0)

    @model_validator(mode="after")
    def _people_fit(self) -> Self:
        if self.residents < self.count:
            raise broken("residents", f"{self.residents} is less than one for each household")
        if self.floating > self.residents:
            raise broken("floating", f"{self.floating} is more than the {self.residents} residents")
        if self.registered < self.residents - self.floating:
            raise broken("registered", "is less than residents who are not floating")
        if not self.party_households <= self.party_members <= self.registered:
            raise broken(
                "party_members", "must lie between party_households and registered, inclusive"
            )
        if self.party_households > self.count:
            raise broken("party_households", "more than there are households")
        return self


class EventTotals(Record):
    """Events; disputes (class 01) are counted among them."""

    first_day: date
    last_day: date
    total: int = Field(ge=0)
    closed: int = Field(ge=0)
    disputes: int = Field(ge=0)
    disputes_resolved: int = Field(ge=0)
    evaluated: int = Field(ge=0)
    satisfied: int = Field(ge=0)

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if self.last_day < self.first_day:
            raise broken("last_day", "lies before first_day")
        for part, whole in (
            ("closed", "total"),
            ("disputes", "total"),
            ("disputes_resolved", "disputes"),
            ("evaluated", "closed"),
            ("satisfied", "evaluated"),
        ):
            if getattr(self, part) > getattr(self, whole):
                raise broken(part, f"is more than {whole}")
        if self.disputes_resolved > self.closed:
            raise broken("disputes_resolved", "is more than closed: a resolved dispute is closed")
        if self.closed - self.disputes_resolved > self.total - self.disputes:
            raise broken("closed", "leaves more closed events than there are besides disputes")
        return self


class Incident(Record):
    """A known happening: so many events of one category, in given villages, in one window."""

    slug: Slug
    title_zh: str
    category: str = Field(pattern=r"^\d{4}$")
    count: int = Field(ge=1)
    begins: datetime = Field(description="Local time (Asia/Shanghai), without zone.")
    ends: datetime
    villages: tuple[str, ...] = Field(min_length=1, description="12-digit division codes.")

    @model_validator(mode="after")
    def _window_is_forward(self) -> Self:
        if self.ends <= self.begins:
            raise broken("ends", "is not after begins")
        return self


class PlacedTotal(Record):
    """So many assets or Party organisations of one kind, and over which nodes."""

    kind: Slug
    name_zh: str
    count: int = Field(ge=0)
    over: Slug


class Demo(Record):
    """The totals of the demo data, at fraction 1.

    Notes
    -----
    Source: ``docs/sources.md``; every figure in the profile files carries the id of its row
    there, or 示意 where no source gives one.
    """

    seed: int = Field(ge=0)
    fraction: float = Field(default=1.0, gt=0, le=1)
    divisions: dict[Slug, int]
    grids: dict[Slug, int]
    grids_total: int = Field(ge=1)
    staff: tuple[StaffTotal, ...] = ()
    households: HouseholdTotals
    events: EventTotals
    incidents: tuple[Incident, ...] = ()
    assets: tuple[PlacedTotal, ...] = ()
    party: tuple[PlacedTotal, ...] = ()

    @model_validator(mode="after")
    def _sums_fit(self) -> Self:
        found = sum(self.grids.values())
        if found != self.grids_total:
            parts = " + ".join(f"{count} {kind}" for kind, count in self.grids.items())
            raise broken("grids_total", f"{parts} = {found}, not {self.grids_total}")
        refuse_duplicates("staff", [row.role for row in self.staff])
        refuse_duplicates("incidents", [row.slug for row in self.incidents])
        for n, row in enumerate(self.incidents):
            days = (row.begins.date(), row.ends.date())
            if days[0] < self.events.first_day or days[1] > self.events.last_day:
                raise broken(f"incidents[{n}].begins", "lies outside events.first_day … last_day")
        return self

    def scaled(self, fraction: float) -> Demo:
        """Scale all totals by `fraction`, keeping the sums that must agree.

        Parameters
        ----------
        fraction
            Share wanted, over 0 and at most 1.

        Returns
        -------
        Demo
            Itself at fraction 1. Roles spread by `rule` are counted anew from the grids by
            whoever places them, so their count here is only nearly right.
        """
        if fraction == 1:
            return self if self.fraction == 1 else self.model_copy(update={"fraction": 1.0})

        def table(counts: dict[str, int]) -> dict[str, int]:
            return {key: scale_count(count, fraction) for key, count in counts.items()}

        grids = table(self.grids)
        rows = {
            name: tuple(
                row.model_copy(update={"count": scale_count(row.count, fraction)})
                for row in getattr(self, name)
            )
            for name in ("staff", "incidents", "assets", "party")
        }
        people = HouseholdTotals(**table(self.households.model_dump()))
        days = {"first_day", "last_day"}
        events = self.events.model_copy(update=table(self.events.model_dump(exclude=days)))
        return self.model_copy(
            update={
                "fraction": fraction,
                "divisions": table(self.divisions),
                "grids": grids,
                "grids_total": sum(grids.values()),
                "households": people,
                "events": events,
                **rows,
            }
        )
