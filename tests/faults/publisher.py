"""A process that publishes changesets in children of its own, so that each can be killed.

Reads the number of a changeset from each line of its input; writes the child's process id, then
how it ended.
"""

from __future__ import annotations

import os
import sys

from gis.boundaries.publishing import publish_changeset
from gis.core.access import WHOLE
from gis.core.errors import GridmapError
from gis.db.engine import make_engine
from gis.db.session import write_session


def publish(url: str, number: int) -> int:
    """Publish one changeset; returns an exit status."""
    engine = make_engine(url, statement_timeout_s=30)
    try:
        with write_session(engine, WHOLE) as session:
            publish_changeset(session, number, actor="account:reviewer")
    except GridmapError as error:
        sys.stderr.write(error.detail)
        return 3
    return 0


def tell(number: int) -> None:
    """Write a number on a line of its own."""
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main(url: str) -> None:
    """Serve until the input ends."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 4
            try:
                status = publish(url, int(line))
            finally:
                os._exit(status)
        tell(child)
        _, ended = os.waitpid(child, 0)
        tell(os.waitstatus_to_exitcode(ended))


if __name__ == "__main__":
    main(sys.argv[1])
