"""Words and colours of a film."""

from __future__ import annotations

import datetime as dt

from gis.playback.film.model import Language
from gis.playback.model import Step
from gis.playback.steps import StepLength

WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "title": "{name}网格事件回放",
        "events": "每网格累计事件（件）",
        "closing_rate": "各网格累计办结率",
        "heat": "本期事件热力",
        "low": "少",
        "high": "多",
        "no_data": "无事件",
        "now": "本期上报 {reported} 件   办结 {closed} 件   期末未结 {open} 件",
        "so_far": "累计上报 {total} 件   累计办结率 {rate}",
        "generation": "第 {generation} 版网格",
        "schematic": "示意数据",
        "none": "–",
    },
    "en": {
        "title": "{name} · events by grid",
        "events": "Events by grid so far",
        "closing_rate": "Closing rate by grid so far",
        "heat": "Heat of events in the step",
        "low": "few",
        "high": "many",
        "no_data": "no events",
        "now": "reported {reported}   closed {closed}   open at the end {open}",
        "so_far": "{total} so far   closing rate so far {rate}",
        "generation": "grids of generation {generation}",
        "schematic": "Schematic data",
        "none": "–",
    },
}

#: As web/static/js/core/palette.js; a test keeps them alike.
RAMPS = {
    "events": ("#fff3cf", "#fdd692", "#f9b062", "#ee8246", "#cf4f33", "#96261f"),
    "closing_rate": ("#8f2f06", "#cf5f1a", "#f0a05a", "#f9d9b2", "#dbe9f4", "#aacdea"),
}
NO_DATA = "#dfe4ea"
PAPER, INK, INK_2, BLUE = "#f3f7fc", "#14233b", "#44556f", "#0b4a9e"
LAND = "#fbfcfe"
#: Between grids, parts, and outside; red, green, blue and how much of it.
BORDERS = ((72, 94, 130, 0.22), (29, 79, 150, 0.8), (18, 70, 143, 1.0))
#: Share of the scale, red, green, blue, opacity.
HEAT_STOPS = (
    (0, 255, 240, 170, 0),
    (0.08, 255, 238, 165, 0.2),
    (0.24, 254, 216, 122, 0.55),
    (0.42, 250, 168, 88, 0.7),
    (0.6, 234, 108, 84, 0.76),
    (0.78, 190, 56, 108, 0.8),
    (1, 92, 22, 112, 0.88),
)


def when(step: Step, length: StepLength, language: Language) -> str:
    """Return what a picture says of its time.

    Parameters
    ----------
    step
        Its step.
    length
        Of the steps.
    language
        Of the words.

    Returns
    -------
    str
        The hour, the day, or both days.
    """
    last = (step.end - dt.timedelta(microseconds=1)).date()
    if length is StepLength.HOUR:
        return f"{step.start:%Y-%m-%d %H:%M} – {step.end:%H:%M}"
    if length is StepLength.DAY:
        return f"{last}"
    return f"{step.start.date()} {'至' if language == 'zh' else 'to'} {last}"


def rgb(colour: str) -> tuple[int, int, int]:
    """Return the channels of ``#rrggbb``, 0 to 255.

    Parameters
    ----------
    colour
        Six hexadecimal digits after a hash.

    Returns
    -------
    tuple
        Red, green, blue.

    Examples
    --------
    >>> rgb("#ff8000")
    (255, 128, 0)
    """
    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    return red, green, blue
