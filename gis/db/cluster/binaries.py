"""Where PostgreSQL's programs are, and whether PostGIS is beside them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gis.core.errors import Unavailable

OLDEST_MAJOR = 15
INSTALL = "apt-get install postgresql-{major}-postgis-3 postgresql-{major}-postgis-3-scripts"


@dataclass(frozen=True)
class Server:
    """One installed PostgreSQL with PostGIS.

    Attributes
    ----------
    major
        Major version, 15 or above.
    bindir
        Folder with ``postgres``, ``initdb`` and ``pg_ctl``.
    """

    major: int
    bindir: Path

    @property
    def postgres(self) -> Path:
        """The server program."""
        return self.bindir / "postgres"


def standard_places() -> list[Path]:
    """Return the folders in which distributions put PostgreSQL's programs, newest major first."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    on_path = shutil.which("postgres")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    return found


def installed_servers(places: Iterable[Path]) -> list[Server]:
    """Return every usable server in ``places``, newest first.

    Parameters
    ----------
    places
        Folders that may hold PostgreSQL's programs.

    Raises
    ------
    Unavailable
        None of them is PostgreSQL 15 or newer with PostGIS; names the command to type.
    """
    majors = {place: _major(place) for place in places}
    recent = {place: major for place, major in majors.items() if major >= OLDEST_MAJOR}
    usable = {place: major for place, major in recent.items() if _has_postgis(place)}
    if usable:
        ordered = sorted(usable.items(), key=lambda item: item[1], reverse=True)
        return [Server(major, place) for place, major in ordered]
    if recent:
        raise _missing_postgis(max(recent.values()))
    raise _missing_server(max(majors.values(), default=0))


def _major(bindir: Path) -> int:
    """Return the major version of the server in ``bindir``, 0 when there is none."""
    needed = [bindir / name for name in ("postgres", "initdb", "pg_ctl")]
    if not all(program.is_file() for program in needed):
        return 0
    match = re.search(r"\(PostgreSQL\) (\d+)", _ask(needed[0], "--version"))
    return int(match.group(1)) if match else 0


def _has_postgis(bindir: Path) -> bool:
    # Debian's pg_config is in another package than the server, so its layout is tried first.
    share = Path(*bindir.parts[:-4], "share", "postgresql", bindir.parent.name)
    if not share.is_dir():
        pg_config = bindir / "pg_config"
        if not pg_config.is_file():
            return False
        share = Path(_ask(pg_config, "--sharedir"))
    return (share / "extension" / "postgis.control").is_file()


def _ask(program: Path, option: str) -> str:
    command: list[str | Path] = [program, option]
    asked = subprocess.run(  # noqa: S603  # PostgreSQL's own program, fixed words
        command, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip()


def _missing_postgis(major: int) -> Unavailable:
    command = INSTALL.format(major=major)
    return Unavailable(
        f"PostgreSQL {major} is installed, but PostGIS is not. Type: sudo {command}",
        zh=f"已安装 PostgreSQL {major},但缺少 PostGIS。请执行:sudo {command}",
    )


def _missing_server(newest: int) -> Unavailable:
    command = INSTALL.format(major=OLDEST_MAJOR)
    have = f"only PostgreSQL {newest} is installed" if newest else "PostgreSQL is not installed"
    have_zh = f"只安装了 PostgreSQL {newest}" if newest else "未安装 PostgreSQL"
    return Unavailable(
        f"{have}; gridmap needs PostgreSQL {OLDEST_MAJOR} or newer with PostGIS. "
        f"Type: sudo {command} (or set DATABASE_URL to a server that has them)",
        zh=f"{have_zh};需要 PostgreSQL {OLDEST_MAJOR} 或更新版本及 PostGIS。"
        f"请执行:sudo {command}(或用 DATABASE_URL 指定现有服务器)",
    )
