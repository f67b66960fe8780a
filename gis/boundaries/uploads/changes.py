"""From what is new in a file to the changes that a planner reads, and the operation that does them.

| kind | when |
|---|---|
| modified | a grid keeps its code, and its shape or what is said of it changes |
| split | nine tenths of a grid are made of two or more grids that lie in it to nine tenths |
| merged | likewise the other way round |
| new, retired | a grid that is none of these, with and without a place in the file |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import shapely

from gis.boundaries.uploads.comparing import PART_SHARE, Comparison, is_close
from gis.boundaries.uploads.features import Feature
from gis.boundaries.uploads.parts import Group
from gis.core.editing import GridState, Replace, Replacement
from gis.core.lattice import lattice_geometry

ChangeKind = Literal["modified", "split", "merged", "new", "retired"]
CodeGiver = Callable[[Feature, str, str], str]


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one or several grids.

    Attributes
    ----------
    kind
        See the table above.
    before, after
        Codes.
    rows
        Numbers of the features.
    what
        ``shape``, ``name``, ``kind``, ``division``: what differs; empty unless modified.
    is_ready
        False while a repair that it needs is not accepted, or it has no place.
    repairs
        Identities of these repairs.
    """

    kind: ChangeKind
    before: tuple[str, ...]
    after: tuple[str, ...]
    name: str
    rows: tuple[int, ...]
    what: tuple[str, ...]
    is_ready: bool
    repairs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drafted:
    """The changes of one layer.

    Attributes
    ----------
    changes
        For people.
    operation
        What does those that are ready; None where none is.
    shapes
        Row of the feature → what it is now called, its kind of change, its shape in degrees.
    homeless
        Rows of features whose kind and division nobody can tell.
    """

    changes: list[Change]
    operation: Replace | None
    shapes: dict[int, tuple[str, ChangeKind, Any]] = field(repr=False)
    homeless: tuple[int, ...] = ()


def draft_changes(
    comparison: Comparison,
    groups: Sequence[Group],
    accepted: frozenset[str],
    give_code: CodeGiver,
) -> Drafted:
    """Say what changes, and how to do it.

    Parameters
    ----------
    comparison
        What is new, of one layer.
    groups
        What changes together.
    accepted
        Identities of the repairs that were accepted.
    give_code
        Feature, division and kind → the code of a new grid.

    Returns
    -------
    Drafted
    """
    work = _Work(comparison, accepted, give_code)
    for group in groups:
        work.add(group)
    work.add_attributes()
    grids, retired = tuple(work.grids), tuple(sorted(work.retired))
    operation = Replace(grids, retired) if grids else None
    return Drafted(work.changes, operation, work.shapes, tuple(work.homeless))


class _Work:
    """Takes one group after the other."""

    def __init__(
        self, comparison: Comparison, accepted: frozenset[str], give_code: CodeGiver
    ) -> None:
        self.comparison, self.accepted, self.give_code = comparison, accepted, give_code
        # Both ways, so that the cost follows what touches and not what there is.
        self.olds: dict[int, list[int]] = defaultdict(list)
        self.news: dict[int, list[int]] = defaultdict(list)
        for i, j in sorted(comparison.overlaps):
            self.olds[i].append(j)
            self.news[j].append(i)
        self.changes: list[Change] = []
        self.grids: list[Replacement] = []
        self.retired: set[str] = set()
        self.shapes: dict[int, tuple[str, ChangeKind, Any]] = {}
        self.homeless: list[int] = []

    def add(self, group: Group) -> None:
        features, stored = self.comparison.features, self.comparison.stored
        homes = {i: self._home(i) for i in group.features}
        lost = [features[i].row for i, home in homes.items() if home is None]
        self.homeless += lost
        is_ready = (
            not lost
            and all(repair.repair_id in self.accepted for repair in group.repairs)
            and len(group.polygons) == len(group.features)
        )
        kept = {self.comparison.pair[i] for i in group.features if i in self.comparison.pair}
        gone = [j for j in group.stored if j not in kept]
        if is_ready:  # what repairs have put back as it was is no change
            left = (i for i in group.features if not self._is_idle(i, group.polygons[i]))
            group = replace(group, features=tuple(left))
        codes = {i: self._code(i, homes[i]) for i in group.features}
        kinds = self._describe(group, codes, gone, is_ready=is_ready)
        for i in group.features:
            shape = group.polygons.get(i, features[i].polygon)
            self.shapes[features[i].row] = (codes[i], kinds[i], shape)
            home = homes[i]
            if is_ready and home is not None:
                self.grids.append(self._replacement(i, codes[i], shape, home))
        if is_ready:
            self.retired |= {stored[j].code for j in gone}

    def _is_idle(self, i: int, polygon: Any) -> bool:
        """Tell whether a feature comes out as the grid that is stored."""
        if i not in self.comparison.pair:
            return False
        before = self.comparison.stored[self.comparison.pair[i]]
        if _said_otherwise(self.comparison.features[i], before):
            return False
        one, other = (lattice_geometry(shape).item() for shape in (polygon, before.geometry))
        return is_close(one, other)

    def _home(self, i: int) -> tuple[str, str] | None:
        """Return kind and division of a feature: as stored, as it says, as where it lies."""
        feature = self.comparison.features[i]
        if i in self.comparison.pair:
            before = self.comparison.stored[self.comparison.pair[i]]
            return feature.kind or before.kind, feature.division_code or before.division_code
        shares = self.comparison.overlaps
        most = max(self.olds[i], key=lambda j: shares[i, j][0], default=None)
        there = None if most is None else self.comparison.stored[most]
        kind = feature.kind or (there.kind if there else "")
        division = feature.division_code or (there.division_code if there else "")
        return (kind, division) if kind and division else None

    def _code(self, i: int, home: tuple[str, str] | None) -> str:
        if i in self.comparison.pair:
            return self.comparison.stored[self.comparison.pair[i]].code
        if home is None:
            return ""
        return self.give_code(self.comparison.features[i], home[1], home[0])

    def _replacement(self, i: int, code: str, shape: Any, home: tuple[str, str]) -> Replacement:
        feature = self.comparison.features[i]
        name = feature.name or None
        return Replacement(code, shape, home[0], home[1], name)

    def _describe(
        self, group: Group, codes: dict[int, str], gone: list[int], *, is_ready: bool
    ) -> dict[int, ChangeKind]:
        """Add the changes of a group; return of each feature the kind that it has part in."""
        shares = self.comparison.overlaps
        kinds: dict[int, ChangeKind] = {}
        told: set[int] = set()
        here, there = set(group.features), set(group.stored)
        repairs = tuple(repair.repair_id for repair in group.repairs)

        def tell(kind: ChangeKind, olds: Iterable[int], news: Iterable[int]) -> None:
            before, after = sorted(olds), sorted(news)
            told.update(before)
            kinds.update(dict.fromkeys(after, kind))
            change = self._change(kind, before, after, codes)
            self.changes.append(replace(change, is_ready=is_ready, repairs=repairs))

        for j in group.stored:
            parts = [i for i in self.news[j] if i in here and shares[i, j][0] >= PART_SHARE]
            whole = sum(shares[i, j][1] for i in parts)
            if len(parts) > 1 and whole >= PART_SHARE:
                tell("split", [j], parts)
        for i in group.features:
            parts = [
                j
                for j in self.olds[i]
                if j in there and j not in told and shares[i, j][1] >= PART_SHARE
            ]
            whole = sum(shares[i, j][0] for j in parts)
            if i not in kinds and len(parts) > 1 and whole >= PART_SHARE:
                tell("merged", parts, [i])
        for i in group.features:
            if i not in kinds:
                pair = self.comparison.pair.get(i)
                tell("new" if pair is None else "modified", [] if pair is None else [pair], [i])
        for j in gone:
            if j not in told:
                tell("retired", [j], [])
        return kinds

    def _change(
        self, kind: ChangeKind, before: list[int], after: list[int], codes: dict[int, str]
    ) -> Change:
        """Return a change as if nothing stood in its way."""
        features, stored = self.comparison.features, self.comparison.stored
        names = [features[i].name or codes[i] for i in after] or [stored[j].name for j in before]
        return Change(
            kind,
            tuple(stored[j].code for j in before),
            tuple(codes[i] for i in after),
            "、".join(names),
            tuple(features[i].row for i in after),
            self._differences(after[0]) if kind == "modified" else (),
            is_ready=True,
            repairs=(),
        )

    def _differences(self, i: int) -> tuple[str, ...]:
        stored = self.comparison.stored[self.comparison.pair[i]]
        kept = self.comparison.same | self.comparison.node_only
        return (() if i in kept else ("shape",)) + _said_otherwise(
            self.comparison.features[i], stored
        )

    def add_attributes(self) -> None:
        """Add grids whose shape stays and of which the file says something else."""
        for i in sorted(self.comparison.same | self.comparison.node_only):
            feature = self.comparison.features[i]
            before = self.comparison.stored[self.comparison.pair[i]]
            what = _said_otherwise(feature, before)
            if not what:
                continue
            home = feature.kind or before.kind, feature.division_code or before.division_code
            self.grids.append(self._replacement(i, before.code, before.geometry, home))
            self.shapes[feature.row] = (before.code, "modified", before.geometry)
            self.changes.append(
                Change(
                    "modified",
                    (before.code,),
                    (before.code,),
                    feature.name or before.name,
                    (feature.row,),
                    what,
                    True,
                    (),
                )
            )


def _said_otherwise(feature: Feature, before: GridState) -> tuple[str, ...]:
    pairs = (
        ("name", feature.name, before.name),
        ("kind", feature.kind, before.kind),
        ("division", feature.division_code, before.division_code),
    )
    return tuple(what for what, now, then in pairs if now and now != then)


def whole_groups(comparison: Comparison) -> list[Group]:
    """Return each change for itself, as exclusive grids are: nothing tiles.

    Parameters
    ----------
    comparison
        Of the exclusive grids.

    Returns
    -------
    list of Group
    """
    groups = []
    for i in comparison.redrawn:
        polygon = comparison.features[i].polygon
        if shapely.is_valid(polygon):
            stored = (comparison.pair[i],) if i in comparison.pair else ()
            groups.append(Group((i,), stored, {i: polygon}))
    return groups
