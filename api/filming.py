"""A film is drawn by a process of its own, after the request's transaction has ended."""

from __future__ import annotations

import asyncio
import logging
import pickle
import sys
import tempfile
from pathlib import Path

from starlette.datastructures import State
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from gis.core.errors import Unavailable
from gis.playback.film import Film

_log = logging.getLogger("gridmap.film")

#: No film takes so long unless something is wrong.
LONGEST_S = 180
#: What the worker ends with when something is missing that it can name.
_TOLD = 3


class FilmAnswer(Response):
    """The animation, drawn when it is sent: no thread and no connection waits for it.

    Parameters
    ----------
    film
        What is drawn.
    state
        Of the application; at most one film is drawn at a time.
    """

    media_type = "image/gif"

    def __init__(self, film: Film, state: State) -> None:
        super().__init__()
        self._film = film
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Draw and send.

        Raises
        ------
        Unavailable
            Another film is being drawn, or this one cannot be.
        """
        if getattr(self._state, "is_filming", False):
            raise Unavailable(
                "Another animation is being drawn; try again in a minute.",
                zh="正在导出另一个动画，请稍后再试。",
            )
        self._state.is_filming = True
        with tempfile.TemporaryDirectory(prefix="gridmap-film-") as folder:
            path = Path(folder) / "playback.gif"
            try:
                await _draw(self._film, path)
            finally:
                # Once, and before it is sent: by the end of that another one may be drawn.
                self._state.is_filming = False
            headers = {"Cache-Control": "no-store"}
            answer = FileResponse(
                path, media_type=self.media_type, filename=path.name, headers=headers
            )
            await answer(scope, receive, send)


async def _draw(film: Film, path: Path) -> None:
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gis.playback.film.worker", str(path)),
        stdin=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[1],
    )
    try:
        _, said = await asyncio.wait_for(worker.communicate(pickle.dumps(film)), LONGEST_S)
    except TimeoutError as error:
        raise Unavailable(
            f"The animation was not drawn in {LONGEST_S} s; ask for fewer steps or less width.",
            zh=f"动画未能在 {LONGEST_S} 秒内绘制完成，请减少步数或缩小宽度。",
        ) from error
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()
    if worker.returncode == _TOLD:
        detail, _, zh = said.decode().strip().rpartition("\n")
        raise Unavailable(detail or zh, zh=zh)
    if worker.returncode:
        _log.error("a film could not be drawn: %s", said.decode(errors="replace"))
        raise Unavailable(
            "The animation could not be drawn here; the server's log tells why.",
            zh="动画绘制失败，原因见服务器日志。",
        )
