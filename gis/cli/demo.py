"""``gridmap demo``: from nothing to a map in the browser, and from there to the next start."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import click
from sqlalchemy.engine import make_url

from gis.cli.database import say
from gis.cli.demo_accounts import Made, make_accounts
from gis.cli.demo_live import living
from gis.cli.failures import explained_failures
from gis.cli.operating import become_server
from gis.cli.port import HOST, claim_port
from gis.cli.serving import serve, stop_on_signals
from gis.core import clock
from gis.core.errors import Conflict
from gis.db.cluster import Cluster
from gis.db.engine import make_engine
from gis.db.migrate import upgrade
from gis.db.session import read_session
from gis.divisions import find_deployment
from gis.profiles import Profile, load_profile
from gis.settings import Settings

READY = """
────────────────────────────────────────────────────────────
  {title_zh}已就绪(示意数据,非真实边界)
  {title_en} is ready (schematic data, no real boundaries)

    地图 / map        {url}/
    大屏 / screen     {url}/screen
    接口 / API        {url}/docs
    登录 / log in     {url}/login
    停止 / stop       Ctrl-C

{accounts}
────────────────────────────────────────────────────────────"""


@click.command()
@click.option("--profile", "profile_name", default="minquan", show_default=True, help="Deployment.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port; 8000 by default.")
@click.option("--reset", is_flag=True, help="Make and load the data anew.")
@click.option(
    "--fraction",
    type=click.FloatRange(0, 1, min_open=True),
    help="Share of the profile's totals to generate (henan).",
)
@click.option("--seed", type=int, help="Another seed than the profile's, for another county.")
@click.option(
    "--live",
    type=click.FloatRange(0, 600),
    default=0.0,
    show_default=True,
    help="示意事件 Schematic events a minute that come in while it runs; 0 for none.",
)
def demo(
    *,
    profile_name: str,
    port: int | None,
    reset: bool,
    fraction: float | None,
    seed: int | None,
    live: float,
) -> None:
    """Generate schematic data, load them and serve the map (示意数据与地图)."""
    settings = Settings()
    port = port or settings.port
    stop_on_signals()
    with claim_port(port, settings.host) as door:
        profile = load_profile(profile_name, settings.profiles_dir)
        with database(settings, profile, reset=reset, fraction=fraction, seed=seed) as url:
            made = make_accounts(settings, url)
            name = make_url(url).database or ""
            become_server(url)
            # Generated data may be looked at by whoever reaches it, unless that is set otherwise.
            os.environ.setdefault("GRIDMAP_ANONYMOUS", "demo")
            say("正在启动服务…", "starting the server…")
            page = f"http://{HOST}:{port}"
            command = _gridmap("user list", None if settings.database_url else name)
            ready = partial(announce, page, profile, tell_accounts(made, command))
            with living(url, profile, live):
                serve(door, page, ready)
    say("已停止", "stopped")


def announce(page: str, profile: Profile, accounts: str) -> None:
    """Tell where the map is, and who can log in."""
    titles = {"title_zh": profile.title_zh, "title_en": profile.title_en}
    click.echo(READY.format(url=page, accounts=accounts, **titles))


def tell_accounts(made: Made, command: str) -> str:
    """Return what is told of the accounts: the passwords when they were made, then their file.

    Parameters
    ----------
    made
        The accounts.
    command
        Lists them.
    """
    if made.lines:
        head = ["演示账号（随机密码）  demo accounts, with random passwords:", *made.lines, ""]
        head.append(f"密码另存于 / kept in  {made.file}")
    elif made.file.exists():
        head = [f"演示账号与密码 / accounts and passwords:  cat {made.file}"]
    else:
        remedy = command.replace("user list", "user password admin")
        head = [f"密码文件不在此处；重置 / no file of passwords here; set one:  {remedy}"]
    return "\n".join(f"    {line}".rstrip() for line in (*head, f"账号管理 / accounts  {command}"))


def _gridmap(command: str, database: str | None) -> str:
    """Return what to type for a command on the demo's database while it runs."""
    if database is None:  # DATABASE_URL names it
        return f"./run gridmap {command}"
    return f"./run gridmap {command} --profile {database.removeprefix('gridmap_')}"


@contextmanager
def database(
    settings: Settings,
    profile: Profile,
    *,
    reset: bool,
    fraction: float | None,
    seed: int | None,
) -> Iterator[str]:
    """Provide a database that holds the profile's data, at the newest schema.

    Parameters
    ----------
    settings
        ``database_url`` names a server to use instead of the private cluster.
    profile
        What to generate.
    reset
        Make the data anew even if they are there.
    fraction, seed
        Share of the totals and seed of the generator; None for the profile's own.

    Yields
    ------
    str
        URL of the database.

    Raises
    ------
    Conflict
        ``reset`` on a database that is not ours to empty.
    """
    if settings.database_url:
        if reset:
            raise _not_ours_to_empty()
        with explained_failures():
            fill(settings.database_url, profile, fraction=fraction, seed=seed)
        yield settings.database_url
        return
    with Cluster(settings.state_dir, say=say) as cluster:
        name = database_name(profile.name, fraction, seed)
        with cluster.alone(name), explained_failures():
            if reset:
                cluster.drop_database(name)
            cluster.create_database(name)
            fill(cluster.url(name), profile, fraction=fraction, seed=seed)
        yield cluster.url(name)


def database_name(profile: str, fraction: float | None, seed: int | None) -> str:
    """Return the database's name: one for each profile, fraction and seed."""
    part = "" if fraction is None else f"_f{fraction:g}"
    luck = "" if seed is None else f"_s{seed}"
    return f"gridmap_{profile}{part}{luck}".replace(".", "_")


def fill(url: str, profile: Profile, *, fraction: float | None, seed: int | None) -> None:
    """Migrate a database, and load the profile's data unless it holds a deployment already.

    Loading is one transaction: a database holds all of it or, killed at any moment, nothing.

    Raises
    ------
    Conflict
        The database holds another profile's deployment.
    """
    upgrade(url)
    engine = make_engine(url, statement_timeout_s=0)
    try:
        with read_session(engine) as session:
            present = find_deployment(session)
        if present is not None and present.profile == profile.name:
            from gis.cli.deadlines import fill_deadlines  # noqa: PLC0415  # seconds of imports

            fill_deadlines(engine, profile)
    finally:
        engine.dispose()
    if present is None:
        from gis.demo.load import load_demo  # noqa: PLC0415  # seconds of imports, needed once

        # What a screen shows of today and of deadlines is about now.
        today = clock.today()
        load_demo(url, profile, seed=seed, fraction=fraction, last_day=today, say=say)
    elif present.profile != profile.name:
        raise _another_deployment(present.profile, profile.name)


def _not_ours_to_empty() -> Conflict:
    return Conflict(
        "--reset would delete everything in the database of DATABASE_URL; make an empty one and "
        "name that instead",
        zh="--reset 会清空 DATABASE_URL 所指的数据库;请新建一个空库并改用它",
    )


def _another_deployment(present: str, wanted: str) -> Conflict:
    return Conflict(
        f"the database holds the deployment {present}, not {wanted}; make an empty database for "
        f"{wanted}, or start with --profile {present}",
        zh=f"数据库中已是 {present},不是 {wanted};请为 {wanted} 新建空库,"
        f"或使用 --profile {present}",
    )
