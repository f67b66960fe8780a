"""What a search found, as it goes out."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas.common import Answer, Bounds, LonLat


class FoundItem(Answer):
    """A grid or a division."""

    type: Literal["grid", "division"]
    code: str
    name: str
    kind: str = Field(description="Kind of the grid, or level of the division.")
    path: list[str] = Field(description="Names from the root down to what holds it.")
    centre: LonLat | None = Field(description="Longitude and latitude of a point inside.")
    bounds: Bounds | None


class SearchAnswer(Answer):
    """What was found, the best first."""

    q: str
    items: list[FoundItem]
