"""Codes for new grids."""

from __future__ import annotations

from collections.abc import Container, Iterator

from gis.core.errors import Invalid

FIRST_EXCLUSIVE = 901
"""Serials from here on are those of exclusive grids (by convention; the kind is stored)."""


def free_serials(division_code: str, kind: str, taken: Container[str]) -> Iterator[str]:
    """Yield the codes that a division can still give, lowest first.

    Parameters
    ----------
    division_code
        Twelve digits.
    kind
        ``exclusive`` takes serials 901 to 999, the others 001 to 900.
    taken
        Every code that was ever given, retired ones too: a serial is never given again.

    Yields
    ------
    str
        Codes of 15 digits.

    Raises
    ------
    Invalid
        When there is none left.

    Examples
    --------
    >>> next(free_serials("411421102200", "rural", {"411421102200001"}))
    '411421102200002'
    """
    serials = range(FIRST_EXCLUSIVE, 1000) if kind == "exclusive" else range(1, FIRST_EXCLUSIVE)
    for serial in serials:
        code = f"{division_code}{serial:03d}"
        if code not in taken:
            yield code
    raise Invalid(
        f"division {division_code} has no free grid code left",
        zh=f"区划 {division_code} 已没有可用的网格编码",
        division_code=division_code,
    )
