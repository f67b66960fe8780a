"""``gridmap migrate`` and ``gridmap serve``: run the service on data of one's own."""

from __future__ import annotations

import os

import click

from gis.cli.database import say, working_database
from gis.cli.port import HOST, claim_port
from gis.cli.serving import serve as run_server
from gis.cli.serving import stop_on_signals
from gis.db.row_security import admit_api
from gis.settings import Settings


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema (升级数据库结构)."""
    with working_database(Settings()):
        say("数据库结构已是最新", "the schema is up to date")


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port; GRIDMAP_PORT by default.")
def serve(port: int | None) -> None:
    """Serve the map and the API of the database (启动服务)."""
    settings = Settings()
    number = port or settings.port
    stop_on_signals()
    with claim_port(number, settings.host) as door, working_database(settings) as url:
        become_server(url)
        page = f"http://{HOST}:{number}"
        run_server(door, page, lambda: say(f"地图:{page}/", f"map: {page}/"))


def become_server(url: str) -> None:
    """Set the environment for the server: it logs in as ``gridmap_api``, never as the owner.

    Parameters
    ----------
    url
        Of the owner of the tables; the schema is up to date.

    Raises
    ------
    Unavailable
        See `gis.db.row_security.admit_api`.
    """
    os.environ["DATABASE_URL"] = url
    if not os.environ.get("GRIDMAP_API_DATABASE_URL"):
        login = admit_api(url).render_as_string(hide_password=False)
        os.environ["GRIDMAP_API_DATABASE_URL"] = login
