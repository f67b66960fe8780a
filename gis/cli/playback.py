"""``gridmap export playback``: a period as a moving picture (时间回放)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from gis.cli.database import say, working_engine
from gis.cli.progress import show_progress
from gis.db.session import read_session
from gis.divisions import get_deployment, padded_code
from gis.playback import StepLength
from gis.playback.film import SIZES, read_film
from gis.playback.film.writing import require_encoder, write_film
from gis.settings import Settings

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--division", help="区划代码 What is shown; the whole deployment by default.")
@click.option("--from", "first", type=_DAY, required=True, help="开始日期 First day (included).")
@click.option("--to", "last", type=_DAY, required=True, help="结束日期 Last day (included).")
@click.option(
    "--step", type=click.Choice([str(step) for step in StepLength]), help="步长 Chosen without it."
)
@click.option("--category", help="事件类别 Class, category or item; all by default.")
@click.option(
    "--mode",
    type=click.Choice(["events", "closing_rate", "heat"]),
    default="events",
    show_default=True,
    help="着色 What the map shows.",
)
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option(
    "--width", type=click.Choice([str(w) for w in SIZES]), default="960", show_default=True
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    required=True,
    help="文件 .gif, or .webm or .mp4 where ffmpeg is installed.",
)
def playback(
    *,
    division: str | None,
    first: dt.datetime,
    last: dt.datetime,
    step: str | None,
    category: str | None,
    mode: str,
    language: str,
    width: str,
    output: Path,
) -> None:
    """导出时间回放 A period played back by the grids of then, as a moving picture."""
    require_encoder(output.suffix)
    settings = Settings()
    with working_engine(settings) as engine, read_session(engine) as session:
        code = padded_code(division) if division else get_deployment(session).root_code
        film = read_film(
            session,
            code,
            first.date(),
            last.date(),
            mode=mode,  # type: ignore[arg-type]  # click has checked it
            language=language,  # type: ignore[arg-type]
            approval=settings.map_approval,
            width=int(width),
            length=None if step is None else StepLength(step),
            category=category,
        )
    with show_progress() as told:
        write_film(film, output, lambda share: told("绘制", "drawing", share))
    number = len(film.playback.steps)
    say(f"已写出 {output}，共 {number} 帧", f"wrote {output}: {number} pictures")
