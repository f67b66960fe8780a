"""Random operations on the grids of a township, as a planner's browser would send them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import orjson
import shapely

Document = dict[str, Any]
#: What is drawn how often.
WEIGHTS = {
    "move_vertices": 6,
    "insert_vertices": 4,
    "delete_vertices": 3,
    "reshape": 5,
    "split": 6,
    "merge": 5,
    "transfer": 6,
    "draw": 3,
    "retire": 2,
    "replace": 3,
    "set_attributes": 4,
    "bad": 3,
}
KINDS = tuple(kind for kind in WEIGHTS if kind != "bad")


class Board:
    """The grids that a planner sees, and random things to do with them.

    Parameters
    ----------
    rng
        Everything is drawn from it.
    features
        As ``GET /grids`` gives them.
    """

    def __init__(self, rng: np.random.Generator, features: Iterable[Mapping[str, Any]]) -> None:
        self.rng = rng
        self.shapes: dict[str, Any] = {}
        self.about: dict[str, Mapping[str, Any]] = {}
        self.update(features)
        self._wanted = len(self.basic())

    def update(self, features: Iterable[Mapping[str, Any]]) -> None:
        """Take over grids as they are now; one without a geometry is no more."""
        for feature in features:
            code = feature["id"]
            self.shapes.pop(code, None)
            if feature["geometry"] is not None:
                self.shapes[code] = shapely.from_geojson(orjson.dumps(feature["geometry"]))
                self.about[code] = feature["properties"]

    def basic(self) -> list[str]:
        return [code for code in self.shapes if self.about[code]["kind"] != "exclusive"]

    def exclusive(self) -> list[str]:
        return [code for code in self.shapes if self.about[code]["kind"] == "exclusive"]

    def kind(self) -> str:
        """Draw what to do; splits and merges keep about as many grids as there were."""
        odds = np.array(list(WEIGHTS.values()), dtype=float)
        drawn = str(self.rng.choice(list(WEIGHTS), p=odds / odds.sum()))
        count = len(self.basic())
        if drawn == "split" and count > 1.1 * self._wanted + 2:
            return "merge"
        return "split" if drawn == "merge" and count < 0.9 * self._wanted - 2 else drawn

    def operation(self, kind: str) -> Document:
        """Draw an operation of a kind (not ``replace``); it may well be refused."""
        return {"op": kind} | getattr(self, f"_{kind}")()

    def bad(self) -> Document:
        """Draw what nobody should be able to do."""
        code, (x, y) = self._grid(), self._centre(self._grid())
        bad: list[Document] = [
            {"op": "explode", "grid": code},
            {"op": "split", "grid": "990000000000999", "line": [[x, y], [x, y + 0.01]]},
            {"op": "split", "grid": code, "line": [[x, y], [x + 1e-6, y]]},
            {"op": "split", "grid": code, "line": [[x, y], [x + 0.00000012345, y]]},
            {"op": "split", "grid": code, "line": self._bow_tie(code)},
            {"op": "merge", "grids": [code]},
            {"op": "merge", "grids": [code, self._far(code)]},
            {"op": "move_vertices", "moves": [[[x, y], [x, y]]]},
            {"op": "move_vertices", "moves": [[self._vertex(code), [x + 40, y]]]},
            {"op": "transfer", "from": code, "to": code, "polygon": self._bow_tie(code)},
            {"op": "set_attributes", "grid": code, "kind": "exclusive"},
            {"op": "retire", "grid": code},
            {"op": "reshape", "grid": code, "line": [[x, y]]},
            {"op": "set_attributes", "grid": code, "division_code": "999999999999"},
        ]
        return bad[int(self.rng.integers(len(bad)))]

    def replacing(self, changed: Iterable[Mapping[str, Any]]) -> Document:
        """Return the replacement that a file with these grids would be."""
        grids, retired = [], []
        for feature in changed:
            about = feature["properties"]
            if about["action"] == "node_only":
                continue
            if feature["geometry"] is None:
                retired.append(feature["id"])
                continue
            new = {"kind": about["kind"], "division_code": about["division"], "name": "换"}
            given = new if about["action"] == "create" else {}
            grids.append({"grid": feature["id"], "geometry": feature["geometry"], **given})
        return {"op": "replace", "grids": grids, "retired": retired}

    def _grid(self) -> str:
        codes = self.basic()
        return codes[int(self.rng.integers(len(codes)))]

    def _neighbour(self, code: str, *, alike: bool = True) -> str:
        """Return a grid that has a border in common, of the same division if possible."""
        others = [other for other in self.basic() if other != code]
        shapes = np.array([self.shapes[other] for other in others], dtype=object)
        near = [others[i] for i in np.flatnonzero(shapely.intersects(shapes, self.shapes[code]))]
        division = self.about[code]["division"]
        same = [other for other in near if self.about[other]["division"] == division]
        wanted = same if alike and same else near or others
        return wanted[int(self.rng.integers(len(wanted)))]

    def _far(self, code: str) -> str:
        shape = self.shapes[code]
        return max(self.basic(), key=lambda other: self.shapes[other].distance(shape))

    def _centre(self, code: str) -> tuple[float, float]:
        point = self.shapes[code].representative_point()
        return round(point.x, 7), round(point.y, 7)

    def _ring(self, code: str) -> list[list[float]]:
        part = shapely.get_parts(self.shapes[code])[0]
        return shapely.get_coordinates(part.exterior).tolist()[:-1]  # type: ignore[no-any-return]

    def _vertex(self, code: str) -> list[float]:
        ring = self._ring(code)
        return ring[int(self.rng.integers(len(ring)))]

    def _near(self, place: Iterable[float], reach: float) -> list[float]:
        return [round(float(v + reach * self.rng.uniform(-1, 1)), 7) for v in place]

    def _box(self, code: str, share: float) -> list[list[float]]:
        """Return a rectangle with sides of this share of a grid's box."""
        west, south, east, north = self.shapes[code].bounds
        x, y = self._vertex(code) if self.rng.random() < 0.5 else self._centre(code)
        wide, high = share * (east - west) / 2, share * (north - south) / 2
        ring = [
            (x - wide, y - high),
            (x + wide, y - high),
            (x + wide, y + high),
            (x - wide, y + high),
        ]
        return [[round(px, 7), round(py, 7)] for px, py in ring]

    def _bow_tie(self, code: str) -> list[list[float]]:
        one, two, three, four = self._box(code, 0.5)
        return [one, three, two, four]

    def _line(self, code: str) -> list[list[float]]:
        """Return a line across a grid, straight or bent."""
        west, south, east, north = self.shapes[code].bounds
        x, y = self._centre(code)
        more = 0.1 * (east - west)
        if self.rng.random() < 0.5:
            ends = [[west - more, y], [east + more, y + more * self.rng.uniform(-1, 1)]]
        else:
            ends = [[x, south - more], [x + more * self.rng.uniform(-1, 1), north + more]]
        middle = [self._near((x, y), more)] if self.rng.random() < 0.4 else []
        rounded = [[round(float(v), 7) for v in end] for end in ends]
        return [rounded[0], *middle, rounded[1]]

    def _move_vertices(self) -> Document:
        start = self._vertex(self._grid())
        return {"moves": [[start, self._near(start, 2e-4)]]}

    def _insert_vertices(self) -> Document:
        ring = self._ring(self._grid())
        i = int(self.rng.integers(len(ring)))
        segment = [ring[i - 1], ring[i]]
        middle = np.mean(segment, axis=0).tolist()
        return {"inserts": [{"segment": segment, "at": self._near(middle, 5e-5)}]}

    def _delete_vertices(self) -> Document:
        return {"vertices": [self._vertex(self._grid())]}

    def _reshape(self) -> Document:
        code = self._grid()
        ring = self._ring(code)
        i, step = int(self.rng.integers(len(ring))), int(self.rng.integers(1, 4))
        ends = ring[i], ring[(i + step) % len(ring)]
        middle = self._near(np.mean(ends, axis=0), 3e-4)
        return {"grid": code, "line": [ends[0], middle, ends[1]]}

    def _split(self) -> Document:
        code = self._grid()
        identity = "keep" if self.rng.random() < 0.5 else "new"
        more = {"exact_end": True} if self.rng.random() < 0.3 else {}
        return {"grid": code, "line": self._line(code), "identity": identity} | more

    def _merge(self) -> Document:
        code = self._grid()
        other = self._neighbour(code)
        return {"grids": [code, other]} | ({"keep": code} if self.rng.random() < 0.6 else {})

    def _transfer(self) -> Document:
        code = self._grid()
        other = self._neighbour(code, alike=self.rng.random() < 0.8)
        if self.rng.random() < 0.3:
            return {"from": code, "to": other, "line": self._line(code)}
        return {"from": code, "to": other, "polygon": self._box(code, 0.3)}

    def _draw(self) -> Document:
        code = self._grid()
        ring = self._box(code, float(self.rng.uniform(0.1, 0.4)))
        geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        return {
            "division_code": self.about[code]["division"],
            "name": "新专属",
            "geometry": geometry,
        }

    def _retire(self) -> Document:
        codes = self.exclusive() or self.basic()
        return {"grid": codes[int(self.rng.integers(len(codes)))]}

    def _set_attributes(self) -> Document:
        code = self._grid()
        choices: list[Callable[[], Document]] = [
            lambda: {"name": f"改名{int(self.rng.integers(1000))}"},
            lambda: {"attributes": {"note": f"注{int(self.rng.integers(9))}"}},
            lambda: {"division_code": self.about[self._neighbour(code, alike=False)]["division"]},
            lambda: {"kind": str(self.rng.choice(["rural", "community"]))},
        ]
        return {"grid": code} | choices[int(self.rng.integers(len(choices)))]()
