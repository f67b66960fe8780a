"""``pg_dump`` and ``pg_restore``: where they are, and how to run them; no password is in sight."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from psycopg2.extensions import make_dsn

from gis.core.errors import Unavailable
from gis.db.cluster.binaries import standard_places
from gis.db.engine import driver_url

#: Words of the URL that are no words of libpq, or that the programs must not be given.
_LEFT_OUT = {"password", "options", "application_name"}
LAST_LINES = 5


def find_program(name: str, server_major: int) -> Path:
    """Return a program of PostgreSQL that fits a server.

    Parameters
    ----------
    name
        ``pg_dump`` or ``pg_restore``.
    server_major
        Major version of the server: the program must be as new, and is best the same.

    Returns
    -------
    Path

    Raises
    ------
    Unavailable
        None is installed, or only older ones; names the package.
    """
    places = standard_places()
    on_path = shutil.which(name)
    if on_path:
        places.append(Path(on_path).resolve().parent)
    majors = {_major(place / name): place / name for place in places if (place / name).is_file()}
    fitting = sorted(major for major in majors if major >= server_major)
    if fitting:
        return majors[fitting[0]]
    command = f"apt-get install postgresql-client-{server_major}"
    have = (
        f"only that of PostgreSQL {max(majors)} is installed" if majors else "it is not installed"
    )
    raise Unavailable(
        f"the server is PostgreSQL {server_major} and needs {name} of that version; {have}."
        f" Type: sudo {command}",
        zh=f"服务器为 PostgreSQL {server_major}，需要同版本的 {name}。请执行：sudo {command}",
    )


def _major(program: Path) -> int:
    asked = subprocess.run(  # noqa: S603 - PostgreSQL's own program, fixed words
        [program, "--version"], capture_output=True, text=True, check=False
    )
    found = re.search(r"\(PostgreSQL\) (\d+)", asked.stdout)
    return int(found.group(1)) if found else 0


def connection_words(url: str) -> tuple[str, dict[str, str]]:
    """Return a connection string without the password, and the environment that has it.

    Anybody on the machine can read the arguments of a process; its environment only its owner.
    """
    parsed = driver_url(url)
    words = {name: str(value) for name, value in parsed.query.items() if name not in _LEFT_OUT}
    known = (("host", parsed.host), ("port", parsed.port), ("user", parsed.username))
    words |= {name: str(value) for name, value in known if value is not None}
    words["dbname"] = parsed.database or ""
    password = parsed.password or parsed.query.get("password")
    secret = {"PGPASSWORD": str(password)} if password is not None else {}
    return make_dsn(**words), secret


def run_program(
    command: Sequence[str | Path], secret: dict[str, str], hear: Callable[[str], None]
) -> tuple[int, str]:
    """Run a program of PostgreSQL.

    Parameters
    ----------
    command
        Program and arguments.
    secret
        More environment.
    hear
        Called with each line that it says.

    Returns
    -------
    tuple
        Its exit code, and its last words that were no progress.
    """
    environment = {**os.environ, "LC_ALL": "C", **secret}
    last: list[str] = []
    with subprocess.Popen(  # noqa: S603 - a list of words, no shell
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=environment,
        umask=0o077,
    ) as process:
        try:
            for line in process.stderr or ():
                hear(line)
                if "error:" in line or "fatal:" in line.lower() or last:
                    last = [*last, line.strip()][:LAST_LINES]
        except BaseException:
            process.kill()  # we are being stopped: no program of ours stays behind
            raise
    return process.returncode, " / ".join(last)
