"""Divisions, as they go out."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas.common import Answer, Collection, Geometry


class DivisionProperties(Answer):
    """What is said of a division."""

    code: str = Field(description="12 digits.")
    name: str
    level: str = Field(description="Slug of a level of the deployment.")
    depth: int = Field(description="0 at the root.")
    parent: str | None
    path: list[str] = Field(description="Codes from the root to this one, both included.")
    is_admin: bool = Field(description="Whether the code is official.")
    area_m2: float | None = Field(description="Geodesic area, m²; null without an outline.")


class DivisionFeature(Answer):
    """A division with its outline."""

    type: Literal["Feature"]
    id: str
    geometry: Geometry | None
    properties: DivisionProperties


class DivisionCollection(Collection):
    """One page of divisions, in the order of their codes."""

    features: list[DivisionFeature]


class DivisionNode(Answer):
    """A division with what lies below it."""

    code: str
    name: str
    level: str
    depth: int
    is_admin: bool
    children_count: int = Field(description="How many there are, also where they are not listed.")
    children: list[DivisionNode]
