"""``gridmap backup`` and ``gridmap restore``: a whole database in one file, and back with proof."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from gis.backup import Manifest, back_up, check_backup, restore_as, restore_into
from gis.cli.database import say
from gis.cli.failures import explained_failures
from gis.cli.progress import show_progress
from gis.cli.serving import stop_on_signals
from gis.db.cluster import Cluster
from gis.db.engine import driver_url
from gis.db.migrate import head_revision
from gis.settings import Settings

MAINTENANCE = "postgres"


@contextmanager
def _server(settings: Settings) -> Iterator[Cluster | None]:
    """Provide the private cluster, or nothing where ``DATABASE_URL`` names a server."""
    if settings.database_url:
        yield None
        return
    with Cluster(settings.state_dir, say=say) as cluster:
        yield cluster


def _url(settings: Settings, cluster: Cluster | None, database: str | None) -> str:
    if cluster is not None:
        return cluster.url(database or settings.database)
    given = driver_url(settings.database_url or "")
    if database is not None:
        given = given.set(database=database)
    return given.set(drivername="postgresql").render_as_string(hide_password=False)


def _told(manifest: Manifest) -> tuple[str, str]:
    profile, generation = manifest.profile or "–", manifest.generation or "–"
    tables = len(manifest.contents.tables)
    return (
        f"{profile}，边界版本 {generation}，{tables} 张表，{manifest.rows} 行",
        f"{profile}, generation {generation}, {tables} tables, {manifest.rows} rows",
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--database", metavar="NAME", help="数据库 Which database; the configured one.")
def backup(file: Path, database: str | None) -> None:
    """备份整个数据库 Back up the whole database, while it is in use."""
    settings = Settings()
    stop_on_signals()
    with explained_failures(), _server(settings) as cluster, show_progress() as progress:
        manifest = back_up(_url(settings, cluster, database), file, progress)
    zh, en = _told(manifest)
    size = f"{manifest.dump_bytes / 1e6:.1f} MB"
    click.echo(f"已备份 {file}（{size}）：{zh}\nbacked up {file} ({size}): {en}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--database", metavar="NAME", help="数据库 A new or empty database; the configured one."
)
def restore(file: Path, database: str | None) -> None:
    """恢复备份 Restore a backup into an empty or new database, and prove that it is the same."""
    settings = Settings()
    stop_on_signals()
    with explained_failures(), show_progress() as progress:
        manifest = check_backup(file, progress)
        with _server(settings) as cluster:
            if cluster is None and database is None:
                restore_into(_url(settings, None, None), file, manifest, progress)
            else:
                name = database or settings.database
                restore_as(_url(settings, cluster, MAINTENANCE), name, file, manifest, progress)
    zh, en = _told(manifest)
    click.echo(f"已恢复并逐表核对：{zh}\nrestored, and every table proven alike: {en}")
    if manifest.schema != head_revision():
        say("结构较旧，请执行 gridmap migrate", "the schema is older; run: gridmap migrate")
