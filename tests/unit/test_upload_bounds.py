"""A file that would be compared with a county for minutes is refused when it comes in."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from gis.boundaries.uploads.receiving import MAX_FEATURE_VERTICES, MAX_FEATURES, receive_file
from gis.core.errors import Invalid


def ring(vertices: int) -> list[list[float]]:
    turn = np.linspace(0.0, 2 * np.pi, vertices)
    x, y = 115.02 + 0.01 * np.cos(turn), 34.52 + 0.01 * np.sin(turn)
    closed = np.round(np.column_stack([x, y]), 7)
    closed[-1] = closed[0]
    return closed.tolist()


def document(shapes: list[list[list[float]]]) -> bytes:
    features: list[Any] = [
        {
            "type": "Feature",
            "properties": {"code": str(number)},
            "geometry": {"type": "Polygon", "coordinates": [shape]},
        }
        for number, shape in enumerate(shapes)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ([5, MAX_FEATURE_VERTICES + 1], "Feature 2 of a.geojson"),
        ([4] * (MAX_FEATURES + 1), "20,001 features"),
    ],
    ids=["one feature", "all features"],
)
def test_what_would_take_minutes_is_refused_with_its_place(sizes: list[int], said: str) -> None:
    rings = {size: ring(size) for size in set(sizes)}
    with pytest.raises(Invalid, match=said):
        receive_file(document([rings[size] for size in sizes]), "a.geojson")
