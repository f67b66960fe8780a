"""What the digits of a division code say: 2 province, 4 prefecture, 6 county, 9 town, 12 village.

The digits only ever fill in what a file leaves open; the tree itself comes from the parents.
"""

from __future__ import annotations

from gis.profiles import Profile

CODE_LENGTH = 12
SHAPES = (2, 4, 6, 9, 12)
"""Numbers of digits that are not filling zeros, from the province down."""


def padded_code(code: str) -> str:
    """Return a division code with its twelve digits.

    Parameters
    ----------
    code
        Digits: 12, or fewer for the upper levels (``411421``, ``411421102``).

    Returns
    -------
    str
        Filled up with zeros.

    Examples
    --------
    >>> padded_code("411421102")
    '411421102000'
    """
    return code.ljust(CODE_LENGTH, "0")


def significant(code: str) -> str:
    """Return a code without the zeros that only fill it up to 12 digits.

    Examples
    --------
    >>> significant("411421102000"), significant("411421000000")
    ('411421102', '411421')
    """
    for length in SHAPES:
        if code[length:].strip("0") == "":
            return code[:length]
    return code


def level_by_shape(profile: Profile) -> dict[int, str]:
    """Return number of significant digits → level, for the levels with official codes.

    Parameters
    ----------
    profile
        Its root says where to begin.

    Returns
    -------
    dict
        Such as ``{6: "county", 9: "township", 12: "village"}``.
    """
    first = SHAPES.index(len(significant(profile.root.code)))
    official = [level.slug for level in profile.levels[:-1] if level.admin]
    return dict(zip(SHAPES[first:], official, strict=False))


def derived_parent(code: str, profile: Profile) -> str:
    """Return the code of the division above, as far as the digits tell; "" where they do not.

    Where the profile has a level without official codes (片区), what lies under that level does
    not show it, so that a file has to name its parent.
    """
    shape = len(significant(code))
    slug = level_by_shape(profile).get(shape)
    slugs = [level.slug for level in profile.levels]
    if slug is None or shape not in SHAPES[1:]:
        return ""
    depth = slugs.index(slug)
    if depth == 0 or not profile.levels[depth - 1].admin:
        return ""
    return padded_code(code[: SHAPES[SHAPES.index(shape) - 1]])
