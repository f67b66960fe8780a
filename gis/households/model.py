"""What the queries on households answer: counts only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HouseholdCounts:
    """The households of one grid, counted."""

    code: str
    name: str
    kind: str
    division: str
    households: int
    registered: int
    residents: int
    floating: int
    party_members: int
    party_households: int
