"""Small figures of people say who they are: they are left out of what is open to all.

The rule. A count of people or households from 1 to 4 is not told (null); 0 is. In a list of parts
beside their total, more parts are left out until at least two are, and those that are left out
add up to 5 or more: else subtraction would tell them. Whoever puts together figures of several
lists (villages, grids and ages of the same people) may still learn more; see docs/privacy.md.
"""

from __future__ import annotations

from collections.abc import Sequence

THRESHOLD = 5


def suppressed(count: int, threshold: int = THRESHOLD) -> int | None:
    """Return a count of people as it may be told to all.

    Parameters
    ----------
    count
        Of people or households.
    threshold
        The smallest count, besides 0, that is told.

    Returns
    -------
    int or None
        None from 1 to `threshold` - 1.

    Examples
    --------
    >>> [suppressed(count) for count in (0, 1, 4, 5)]
    [0, None, None, 5]
    """
    return None if 0 < count < threshold else count


def suppressed_parts(counts: Sequence[int], threshold: int = THRESHOLD) -> list[int | None]:
    """Return the parts of a total, as they may be told to all beside it.

    Parameters
    ----------
    counts
        Of people or households, not negative; together they make the total.
    threshold
        The smallest count, besides 0, that is told, and the smallest sum of what is not.

    Returns
    -------
    list of int or None
        In the same order. The total itself goes through `suppressed`.

    Examples
    --------
    >>> suppressed_parts([120, 3, 40, 0])
    [120, None, None, 0]
    """
    hidden = [place for place, count in enumerate(counts) if 0 < count < threshold]
    told = sorted(
        (place for place, count in enumerate(counts) if count >= threshold),
        key=lambda place: counts[place],
    )
    while hidden and told and not _is_safe([counts[place] for place in hidden], threshold):
        hidden.append(told.pop(0))
    return [None if place in set(hidden) else count for place, count in enumerate(counts)]


def _is_safe(hidden: list[int], threshold: int) -> bool:
    return len(hidden) >= 2 and sum(hidden) >= threshold
