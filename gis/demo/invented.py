"""Invented divisions, for a deployment that ships no list of real ones.

The rule that keeps them apart from real units: codes stand under prefecture numbers 51 and up
of the province (``4151…``), which Henan does not use; every name starts with 示意 (schematic).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from gis.demo.allot import allot
from gis.demo.people.names import SURNAMES, chinese_number

FIRST_PREFECTURE = 51
FIRST_COUNTY = 21
"""Counties are numbered 21 and up below a prefecture (GB/T 2260)."""
TOWNSHIP_KINDS = (("subdistrict", 1, "街道"), ("town", 100, "镇"), ("township", 200, "乡"))
"""Kind, first serial (GB/T 10114) and last word of the name."""
TOWNSHIP_SHARES = (0.28, 0.48, 0.24)
"""Shares of the kinds, about those of Henan in the national list of 2023 (696, 1183, 588)."""
SUBDISTRICT_COMMUNITIES = 0.45
"""Share of communities in a subdistrict; a town has one, a township none."""
TOWN_WORDS = "青禾清河柳林石桥白杨金沙双井古渡长堤杏园枣林马坡桃源榆关竹沟梨苑梧桐麦田荷塘槐荫"
VILLAGE_WORDS = ("庄", "营", "楼", "寨", "湾", "岗", "店", "集")


class Invented(NamedTuple):
    """One invented division."""

    code: str
    name: str
    level: str
    parent: str
    kind: str


def invent_divisions(
    root: Invented, counts: dict[str, int], rng: np.random.Generator
) -> list[Invented]:
    """Invent a province of prefectures, counties, townships and villages.

    Parameters
    ----------
    root
        The province.
    counts
        Number of divisions by level slug: prefecture, county, township, village.
    rng
        Source of all chance.

    Returns
    -------
    list of Invented
        Depth first, parents before children; exactly as many as asked for.

    Raises
    ------
    Invalid
        If a level has fewer divisions than the level above it.
    """
    counties_of = allot(counts["county"], np.ones(counts["prefecture"]), minimum=1)
    townships_of = _uneven(counts["township"], counts["county"], rng)
    villages_of = _uneven(counts["village"], counts["township"], rng)
    towns, villages, number = iter(townships_of), iter(villages_of), 0
    made = [root]
    for p, counties in enumerate(counties_of):
        prefecture = f"{root.code[:2]}{FIRST_PREFECTURE + p}"
        name = f"示意{chinese_number(p + 1)}市"
        made.append(Invented(f"{prefecture}{0:08}", name, "prefecture", root.code, "prefecture"))
        for c in range(counties):
            number += 1
            code = f"{prefecture}{FIRST_COUNTY + c}{0:06}"
            name = f"示意{chinese_number(number)}县"
            made.append(Invented(code, name, "county", f"{prefecture}{0:08}", "county"))
            made.extend(_townships(code, int(next(towns)), villages, rng))
    return made


def _uneven(total: int, parts: int, rng: np.random.Generator) -> list[int]:
    counts = allot(total, np.exp(rng.normal(0, 0.25, parts)), minimum=1)
    return [int(count) for count in counts]


def _townships(
    county: str, count: int, villages: Iterator[int], rng: np.random.Generator
) -> Iterator[Invented]:
    kinds = np.repeat(np.arange(3), allot(count, TOWNSHIP_SHARES))
    words = _town_names(count, rng)
    serial = [first for _, first, _ in TOWNSHIP_KINDS]
    for kind_no, word in zip(kinds, words, strict=True):
        kind, _, suffix = TOWNSHIP_KINDS[kind_no]
        code = f"{county[:6]}{serial[kind_no]:03}000"
        serial[kind_no] += 1
        yield Invented(code, f"示意{word}{suffix}", "township", county, kind)
        yield from _villages(code, kind, int(next(villages)), rng)


def _town_names(count: int, rng: np.random.Generator) -> list[str]:
    """Combine two characters, never the same pair twice in a county."""
    letters = list(dict.fromkeys(TOWN_WORDS))
    pairs = rng.permutation(len(letters) ** 2)[:count].tolist()
    return [letters[n // len(letters)] + letters[n % len(letters)] for n in pairs]


def _villages(township: str, kind: str, count: int, rng: np.random.Generator) -> Iterator[Invented]:
    communities = {"subdistrict": round(count * SUBDISTRICT_COMMUNITIES), "town": 1}.get(kind, 0)
    communities = min(communities, count - 1)
    options = rng.permutation(len(SURNAMES) * len(VILLAGE_WORDS))[:count].tolist()
    for n, option in enumerate(options):
        word = SURNAMES[option % len(SURNAMES)] + VILLAGE_WORDS[option // len(SURNAMES)]
        if n < communities:
            code, name, grids = f"{township[:9]}{n + 1:03}", f"示意{word}社区", "community"
        else:
            serial = 200 + n - communities
            code, name, grids = f"{township[:9]}{serial:03}", f"示意{word}村", "rural"
        yield Invented(code, name, "village", township, grids)
