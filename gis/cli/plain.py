"""Text for a terminal, whoever wrote it."""

from __future__ import annotations


def plain(text: str) -> str:
    """Return the text without what a terminal would obey: escapes, and turns of direction.

    Examples
    --------
    >>> plain("张" + chr(27) + "[2J")
    '张�[2J'
    """
    return "".join(char if char.isprintable() or char in "\n\t" else "�" for char in text)
