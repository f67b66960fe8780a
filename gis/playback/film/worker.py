"""A process of its own that draws one film: ``python -m gis.playback.film.worker FILE``.

A server draws nothing itself: a film takes a processor for half a minute, and the server's own
requests would wait for it. The film comes in on standard input, from the process that started this.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

from gis.core.errors import Unavailable
from gis.playback.film.writing import write_film


def main() -> None:
    """Read a film, draw it, write it; what is missing is told in two languages, one a line."""
    film = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent wrote it
    try:
        write_film(film, Path(sys.argv[1]), lambda _: None)
    except Unavailable as error:
        sys.stderr.write(f"{error.detail}\n{error.detail_zh}\n")
        sys.exit(3)


if __name__ == "__main__":
    main()
