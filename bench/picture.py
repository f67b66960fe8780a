"""A bar chart as SVG, written by hand: logarithmic, light and dark alike readable."""

from __future__ import annotations

import math
from html import escape

WIDTH, LEFT, BAR, GAP = 860, 190, 18, 4
OURS = ("gridmap", "gridmap, 1 thread")


def bars(groups: dict[str, dict[str, float]]) -> str:
    """Draw millions of points a second, by group and name."""
    values = [v for group in groups.values() for v in group.values() if v > 0]
    low = math.floor(math.log10(min(values)))
    scale = (WIDTH - LEFT - 90) / (math.log10(max(values)) - low)
    lines, y = [], 10
    for title, group in groups.items():
        y += 22
        lines.append(f'<text x="10" y="{y}" font-weight="bold">{escape(title)}</text>')
        y += 8
        for who, value in sorted(group.items(), key=lambda item: -item[1]):
            if not value > 0:
                continue
            width = max(1.0, (math.log10(value) - low) * scale)
            fill = "#c8102e" if who in OURS else "#9aa5b1" if who == "memory" else "#4a6fa5"
            name = "bare memory pass" if who == "memory" else who
            lines += [
                f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>',
                f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{fill}"/>',
                f'<text x="{LEFT + width + 6:.1f}" y="{y + 14}">{value:.3g}</text>',
            ]
            y += BAR + GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + 34}"'
        ' font-family="sans-serif" font-size="13">'
        '<rect width="100%" height="100%" fill="#ffffff"/>'
        + "".join(lines)
        + f'<text x="10" y="{y + 24}" fill="#555">Millions of points a second, logarithmic'
        " (示意 schematic grids)</text></svg>\n"
    )
