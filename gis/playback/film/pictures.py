"""Draw the pictures of a film, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gis.core.errors import Unavailable
from gis.playback.film import words
from gis.playback.film.land import FINER, Frame, Land, draw_land, heat_field
from gis.playback.film.model import Film
from gis.playback.model import Step
from gis.playback.steps import StepLength

_FONTS = Path("/usr/share/fonts/opentype/noto")
#: Faces of the collection: Japanese, Korean, simplified Chinese, …
_SIMPLIFIED = 2
_HEAT_STEPS = {StepLength.HOUR: 6}
_CLASSES = 6
#: Share of the heat's ramp below the knee.
_KNEE_PLACE = 0.78


class Studio:
    """Draws the pictures of one film.

    Parameters
    ----------
    film
        What is drawn.

    Raises
    ------
    Unavailable
        The Chinese fonts are not installed.
    """

    def __init__(self, film: Film) -> None:
        self._film = film
        self._words = words.WORDS[film.language]
        self.size = film.width, film.width * 3 // 4
        self._unit = film.width / 960
        newest = film.grounds[film.playback.steps[-1].generation]
        width, height = film.width, int(self.size[1] - 150 * self._unit)
        self._frame = Frame.around(newest.bounds, width, height, int(14 * self._unit))
        self._lands: dict[int, Land] = {}
        self._fonts = {
            (bold, size): _font(bold=bold, size=size * self._unit)
            for bold in (False, True)
            for size in (15, 18, 26, 30)
        }
        self._so_far = _SoFar(film)
        self._bounds = self._classes() if film.mode != "heat" else []
        self._knee, self._top = self._heat_range() if film.mode == "heat" else (1.0, 1.0)

    def pictures(self) -> Iterator[Image.Image]:
        """Draw the pictures in the order of time.

        Yields
        ------
        Image
            RGB, of `size`.
        """
        for n, step in enumerate(self._film.playback.steps):
            land = self._land(step.generation)
            if self._film.mode == "heat":
                pixels = self._heated(land, n)
            else:
                pixels = self._coloured(land, self._values(n))
            yield self._sheet(step, pixels)

    def _land(self, generation: int) -> Land:
        if generation not in self._lands:
            ground = self._film.grounds[generation]
            self._lands = {generation: draw_land(ground, self._frame)}  # one at a time
        return self._lands[generation]

    def _values(self, n: int) -> NDArray[np.float64]:
        """Return a value a grid of the step's ground; NaN where there is nothing to say."""
        events, closed = self._so_far.at(n)
        if self._film.mode == "events":
            return events
        with np.errstate(invalid="ignore", divide="ignore"):
            rates: NDArray[np.float64] = np.where(events > 0, closed / events, np.nan)
        return rates

    def _classes(self) -> list[float]:
        """Return upper bounds of classes with about as many grids each, of the last picture."""
        values = self._values(len(self._film.playback.steps) - 1)
        known = values[np.isfinite(values)]
        known = known[known > 0]
        if not known.size:
            return []
        shares = np.linspace(0, 1, _CLASSES + 1)[1:]
        bounds = np.unique(np.quantile(known, shares, method="higher"))
        return [float(bound) for bound in bounds]

    def _coloured(self, land: Land, values: NDArray[np.float64]) -> NDArray[np.uint8]:
        bounds = np.array(self._bounds)
        ramp = np.array([words.rgb(c) for c in _ramp(self._film.mode, len(bounds))] or [(0, 0, 0)])
        place = np.searchsorted(bounds, np.nan_to_num(values)).clip(0, max(0, len(bounds) - 1))
        empty = ~np.isfinite(values) | (not len(bounds))
        colours = np.where(empty[:, None], words.rgb(words.NO_DATA), ramp[place])
        return _bordered(land, np.vstack([colours, words.rgb(words.PAPER)]))

    def _heat_range(self) -> tuple[float, float]:
        """Return the density that most of the busiest picture lies below, and its largest."""
        steps = self._film.playback.steps
        busiest = max(range(len(steps)), key=lambda n: steps[n].totals.reported)
        field = self._field(busiest)
        top = float(field.max())
        if top <= 0:
            return 1.0, 1.0
        return float(np.quantile(field[field > top * 1e-3], 0.985)), top

    def _shares(self, field: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return places on the ramp: a root up to the knee, a logarithm above (core/palette.js)."""
        part = field / self._knee
        low = _KNEE_PLACE * part.clip(0, 1) ** 0.62
        if self._top <= self._knee:
            return low
        high = np.log(part.clip(1)) / np.log(self._top / self._knee)
        shares: NDArray[np.float64] = low + (1 - _KNEE_PLACE) * high.clip(0, 1)
        return shares

    def _field(self, n: int) -> NDArray[np.float64]:
        heat = self._film.playback.heat
        if heat is None:
            return np.zeros((self._frame.height, self._frame.width))
        back = _HEAT_STEPS.get(self._film.playback.length, 1)
        return heat_field(heat, range(max(0, n - back + 1), n + 1), self._frame, 9 * self._unit)

    def _heated(self, land: Land, n: int) -> NDArray[np.uint8]:
        count = int(land.grid.max()) + 1
        colours = np.full((count + 1, 3), words.rgb(words.LAND))
        colours[-1] = words.rgb(words.PAPER)
        base = _bordered(land, colours)
        share = self._shares(self._field(n))
        share[land.grid[::FINER, ::FINER] < 0] = 0
        stops = np.array(words.HEAT_STOPS)
        channels = [np.interp(share, stops[:, 0], stops[:, k]) for k in (1, 2, 3, 4)]
        opacity = channels[3][..., None]
        mixed = base * (1 - opacity) + np.dstack(channels[:3]) * opacity
        pixels: NDArray[np.uint8] = np.rint(mixed).astype(np.uint8)
        return pixels

    def _sheet(self, step: Step, pixels: NDArray[np.uint8]) -> Image.Image:
        """Put the map onto its sheet, with title, time, figures, legend and notes."""
        film, unit, say = self._film, self._unit, self._words
        sheet = Image.new("RGB", self.size, words.PAPER)
        top, edge = int(84 * unit), int(22 * unit)
        sheet.paste(Image.fromarray(pixels), (0, top))
        pen = ImageDraw.Draw(sheet)
        right = self.size[0] - edge
        pen.rectangle((0, 0, self.size[0], int(52 * unit)), fill=words.BLUE)
        title = say["title"].format(name=film.name)
        pen.text((edge, 26 * unit), title, "#ffffff", self._fonts[True, 26], anchor="lm")
        if film.is_schematic:
            self._badge(pen, right, say["schematic"])
        time = words.when(step, film.playback.length, film.language)
        pen.text((edge, 80 * unit), time, words.INK, self._fonts[True, 30], anchor="lm")
        total = step.totals
        now = say["now"].format(
            reported=f"{total.reported:,}", closed=f"{total.closed:,}", open=f"{total.open:,}"
        )
        rate = total.closing_rate
        told = say["none"] if rate.value is None else f"{rate.value:.2f}%"
        so_far = say["so_far"].format(total=f"{rate.denominator:,}", rate=told)
        bottom = self.size[1]
        pen.text((right, 70 * unit), now, words.INK, self._fonts[False, 18], anchor="rm")
        pen.text((right, 96 * unit), so_far, words.INK_2, self._fonts[False, 18], anchor="rm")
        generation = say["generation"].format(generation=step.generation)
        notes = f"{generation} · {film.approval}" if film.approval else generation
        pen.text((right, bottom - 16 * unit), notes, words.INK_2, self._fonts[False, 15], "rm")
        self._legend(pen, edge, bottom)
        return sheet

    def _badge(self, pen: ImageDraw.ImageDraw, right: float, told: str) -> None:
        font, unit = self._fonts[True, 18], self._unit
        wide = pen.textlength(told, font=font)
        box = (right - wide - 20 * unit, 10 * unit, right, 42 * unit)
        pen.rounded_rectangle(box, radius=16 * unit, fill="#ffcf70")
        pen.text((right - 10 * unit, 26 * unit), told, "#4a2c00", font, anchor="rm")

    def _legend(self, pen: ImageDraw.ImageDraw, left: float, bottom: float) -> None:
        say, unit, mode = self._words, self._unit, self._film.mode
        font, y = self._fonts[False, 15], bottom - 16 * unit
        pen.text((left, y - 28 * unit), say[mode], words.INK, self._fonts[True, 15], anchor="lm")
        x = left
        if mode == "heat":
            pen.text((x, y), say["low"], words.INK_2, font, anchor="lm")
            x += pen.textlength(say["low"], font=font) + 8 * unit
            stops = np.array(words.HEAT_STOPS)
            for n in range(int(180 * unit)):
                share = n / (180 * unit)
                *colour, opacity = (
                    np.interp(share, stops[:, 0], stops[:, k]) for k in (1, 2, 3, 4)
                )
                mixed = tuple(round(c * opacity + 251 * (1 - opacity)) for c in colour)
                pen.line((x + n, y - 8 * unit, x + n, y + 8 * unit), fill=mixed)
            pen.text((x + 188 * unit, y), say["high"], words.INK_2, font, anchor="lm")
            return
        for told, swatch in self._rows():
            pen.rectangle((x, y - 8 * unit, x + 22 * unit, y + 8 * unit), swatch, "#8199bd")
            pen.text((x + 28 * unit, y), told, words.INK_2, font, anchor="lm")
            x += 40 * unit + pen.textlength(told, font=font)

    def _rows(self) -> list[tuple[str, str]]:
        """Return what the legend says, with colours."""
        if self._film.mode == "events":
            uppers = [f"{bound:,.0f}" for bound in self._bounds]
            lowers = ["0", *(f"{bound + 1:,.0f}" for bound in self._bounds)]
        else:
            uppers = [f"{bound:.0%}" for bound in self._bounds]
            lowers = ["0%", *uppers]
        told = [
            low if low == high else f"{low}–{high}"
            for low, high in zip(lowers, uppers, strict=False)
        ]
        rows = list(zip(told, _ramp(self._film.mode, len(told)), strict=True))
        return (
            rows
            if self._film.mode == "events"
            else [*rows, (self._words["no_data"], words.NO_DATA)]
        )


class _SoFar:
    """Sums from the first step on, by the grids of the step that is shown."""

    def __init__(self, film: Film) -> None:
        self._film = film
        self._n = -1
        self._columns = np.zeros((2, len(film.playback.codes)))

    def at(self, n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return reported and closed so far, for the grids of the step's ground."""
        playback = self._film.playback
        if n < self._n:
            self._n = -1
        while self._n < n:
            self._n += 1
            self._add(self._n)
        place = {code: k for k, code in enumerate(playback.codes)}
        codes = self._film.grounds[playback.steps[n].generation].codes
        wanted = np.array([place.get(code, -1) for code in codes])
        # The last column is of grids that nothing is told of: place -1.
        sums = np.pad(self._columns, ((0, 0), (0, 1)))[:, wanted]
        return sums[0], sums[1]

    def _add(self, n: int) -> None:
        steps = self._film.playback.steps
        step = steps[n]
        if n == 0 or step.generation != steps[n - 1].generation:
            self._columns[:] = 0
        told = step.changes
        reported = np.array(told.reported) + np.array(told.reported_before)
        closed = np.array(told.closed) - np.array(told.older) + np.array(told.closed_before)
        if told.grids:
            self._columns[0, told.grids] += reported
            self._columns[1, told.grids] += closed


def _ramp(mode: str, count: int) -> list[str]:
    """Return colours spread over the ramp, as core/look.js does."""
    ramp = words.RAMPS[mode]
    if count <= 1:
        return [ramp[3]] * count
    return [ramp[round(n * (len(ramp) - 1) / (count - 1))] for n in range(count)]


def _bordered(land: Land, colours: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Colour the land, its borders over it, and bring it to the picture's own pixels."""
    pixels = colours[land.grid].astype(np.float32)
    for kind, (*colour, share) in enumerate(words.BORDERS, start=1):
        where = land.border == kind
        pixels[where] = pixels[where] * (1 - share) + np.array(colour) * share
    rows, columns = land.grid.shape
    small = pixels.reshape(rows // FINER, FINER, columns // FINER, FINER, 3).mean(axis=(1, 3))
    whole: NDArray[np.uint8] = np.rint(small).astype(np.uint8)
    return whole


def _font(*, bold: bool, size: float) -> ImageFont.FreeTypeFont:
    path = _FONTS / f"NotoSansCJK-{'Bold' if bold else 'Regular'}.ttc"
    try:
        return ImageFont.truetype(str(path), size, index=_SIMPLIFIED)
    except OSError as error:
        raise Unavailable(
            f"The font {path} is missing; install it: apt-get install fonts-noto-cjk",
            zh=f"缺少字体 {path}；请安装：apt-get install fonts-noto-cjk",
        ) from error
