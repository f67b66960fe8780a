"""Assets, as they go out."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.schemas.common import Answer, Collection


class AssetProperties(Answer):
    """What is said of an asset (部件)."""

    kind: str = Field(description="Such as `camera`.")
    external_id: str = Field(description="What its owner calls it; unique within its kind.")
    name: str
    status: str
    grid: str | None = Field(description="Code of the basic grid that it lies in.")
    division: str | None = Field(description="Code of that grid's division.")


class AssetGeometry(Answer):
    """A GeoJSON geometry of any type; degrees (EPSG:4490), 7 decimals."""

    type: str
    coordinates: list[Any]


class AssetFeature(Answer):
    """An asset at its place."""

    type: Literal["Feature"]
    id: str
    geometry: AssetGeometry
    properties: AssetProperties


class AssetCollection(Collection):
    """One page of assets."""

    features: list[AssetFeature]
