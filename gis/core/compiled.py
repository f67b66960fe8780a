"""Compile an inner loop to machine code, keeping the code on disk where that is possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile a function with numba, without the interpreter lock.

    The machine code is cached beside the source file or in the user's cache folder. Where
    neither can be written (a read-only image, a service account without a home), the function
    is compiled anew in each process.

    Parameters
    ----------
    function
        A function of arrays and numbers.

    Returns
    -------
    callable
        The compiled function, of the same signature.
    """
    return _with_cache_if_possible(function, inline="never")


def inlined(function: F) -> F:
    """Compile a function into its compiled callers.

    A call that hands over arrays counts references to each of them; for a function that runs a
    few nanoseconds the counting is most of the time.

    Parameters
    ----------
    function
        A small function of arrays and numbers.

    Returns
    -------
    callable
        The compiled function, of the same signature.
    """
    return _with_cache_if_possible(function, inline="always")


def _with_cache_if_possible(function: F, inline: Literal["never", "always"]) -> F:
    try:
        return cast(F, numba.njit(function, cache=True, nogil=True, inline=inline))
    except RuntimeError:  # numba found no place for its cache
        return cast(F, numba.njit(function, nogil=True, inline=inline))
