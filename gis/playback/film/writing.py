"""Write the pictures of a film to a file."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import numpy as np
from PIL import Image

from gis.core.errors import Unavailable
from gis.playback.film.model import Film
from gis.playback.film.pictures import Studio
from gis.playback.film.words import HEAT_STOPS, LAND, RAMPS, rgb

#: Suffix → how ffmpeg is to encode it.
CODECS = {
    ".webm": ("-c:v", "libvpx-vp9", "-b:v", "0", "-crf", "34", "-row-mt", "1"),
    ".mp4": ("-c:v", "libx264", "-crf", "22", "-movflags", "+faststart"),
}
_LONGEST_MS, _SHORTEST_MS, _WHOLE_MS = 900, 200, 30_000
#: The last picture stays so long, before it begins anew.
_PAUSE_MS = 2_000


def write_film(film: Film, path: Path, told: Callable[[float], None]) -> None:
    """Draw a film and write it.

    Parameters
    ----------
    film
        What is drawn.
    path
        ``.gif``, or ``.webm`` or ``.mp4`` where ffmpeg is installed.
    told
        Is told the share that is done, 0 to 1.

    Raises
    ------
    Unavailable
        The fonts or the encoder are missing.
    """
    studio = Studio(film)
    pictures = _counted(studio, len(film.playback.steps), told)
    pace = int(min(_LONGEST_MS, max(_SHORTEST_MS, _WHOLE_MS / len(film.playback.steps))))
    if path.suffix == ".gif":
        _write_gif(pictures, len(film.playback.steps), path, pace)
    else:
        _write_video(pictures, studio.size, path, pace)


def require_encoder(suffix: str) -> None:
    """Raise unless a film of this kind can be written here.

    Parameters
    ----------
    suffix
        With its dot.

    Raises
    ------
    Unavailable
        It needs ffmpeg, or is none of the kinds.
    """
    if suffix == ".gif":
        return
    if suffix not in CODECS:
        raise Unavailable(
            f"a film is written as .gif, .webm or .mp4, not {suffix or 'without a suffix'}",
            zh=f"动画只能导出为 .gif、.webm 或 .mp4，不能是 {suffix or '无后缀'}",
        )
    if shutil.which("ffmpeg") is None:
        raise Unavailable(
            f"{suffix} needs ffmpeg on the PATH: apt-get install ffmpeg; .gif needs nothing",
            zh=f"导出 {suffix} 需要 ffmpeg：apt-get install ffmpeg；.gif 不需要",
        )


def _counted(studio: Studio, number: int, told: Callable[[float], None]) -> Iterator[Image.Image]:
    for n, picture in enumerate(studio.pictures(), start=1):
        yield picture
        told(n / number)


def _write_gif(pictures: Iterator[Image.Image], number: int, path: Path, pace: int) -> None:
    # One palette for all: colours that change from picture to picture flicker.
    first = next(pictures)
    palette = _palette(first)
    frames = (
        one.quantize(palette=palette, dither=Image.Dither.NONE) for one in chain([first], pictures)
    )
    durations = [pace] * (number - 1) + [pace + _PAUSE_MS]
    opening = next(frames)
    opening.save(
        path, "GIF", save_all=True, append_images=frames, duration=durations, loop=0, optimize=False
    )


def _palette(picture: Image.Image) -> Image.Image:
    """Return a palette of the ramps in full, and of what else a picture holds."""
    ramps = [rgb(colour) for ramp in RAMPS.values() for colour in ramp]
    stops = np.array(HEAT_STOPS)
    shares = np.linspace(0, 1, 96)
    columns = [np.interp(shares, stops[:, 0], stops[:, k]) for k in (1, 2, 3, 4)]
    opacity = columns[3][:, None]
    heat = np.column_stack(columns[:3]) * opacity + np.array(rgb(LAND)) * (1 - opacity)
    found = picture.quantize(120, dither=Image.Dither.NONE).getpalette() or []
    known = [*ramps, *np.rint(heat).astype(int).tolist()]
    flat = [int(channel) for colour in known for channel in colour] + found
    palette = Image.new("P", (1, 1))
    palette.putpalette(flat[: 3 * 256])
    return palette


def _write_video(
    pictures: Iterator[Image.Image], size: tuple[int, int], path: Path, pace: int
) -> None:
    require_encoder(path.suffix)
    command = [
        *("ffmpeg", "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"),
        *("-s", f"{size[0]}x{size[1]}", "-r", f"{1000 / pace:.4f}", "-i", "-"),
        *CODECS[path.suffix],
        # The last picture is held too; without its copies some players leave it out.
        *("-vf", f"fps=10,tpad=stop_mode=clone:stop_duration={_PAUSE_MS / 1000:g}"),
        *("-pix_fmt", "yuv420p", str(path)),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:  # noqa: S603 - our own words
        assert encoder.stdin is not None  # noqa: S101 - asked for as a pipe
        for picture in pictures:
            encoder.stdin.write(picture.tobytes())
        encoder.stdin.close()
        if encoder.wait() != 0:
            raise Unavailable(
                f"ffmpeg could not write {path.name}; its words are above",
                zh=f"ffmpeg 未能写出 {path.name}，原因见上",
            )
