"""Map pages composed with Folium, from elements that need nothing but this server.

Folium makes the shell: the document, the Leaflet map and the configuration of the layers. Our
own ES modules draw (ADR 0008). Nothing that people typed in goes through Folium's tooltips or
popups: those put text into scripts and into ``innerHTML``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import folium
import orjson
from branca.element import Figure, MacroElement
from folium.template import Template
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from web.bundles import bundled

TEMPLATES = Path(__file__).parent / "templates"

#: Bare names of modules → where they lie; kept in step with the folders of static/js.
IMPORTS = {"gridmap/": "/static/js/"}

_REMOTE = re.compile(
    r"""(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?//[^\s"'>]+"""
    r"""|url\(\s*["']?\s*(?:https?:)?//[^)]+"""
    r"""|(?:import|from)\s*\(?\s*["'](?:https?:)?//[^"']+""",
    re.IGNORECASE,
)
_INLINE = re.compile(r"<(script|style)\b(?![^>]*\bnonce=)", re.IGNORECASE)

_jinja = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)


class RemoteReferenceError(Exception):
    """A page refers to another host, which the machines of a county may not reach."""


class Page(Figure):
    """A document of ours around the elements of a map.

    Parameters
    ----------
    template
        File in ``web/templates``; it gets `header`, `body` and `script`, and the words.
    **words
        Further values for the template; they are escaped.
    """

    def __init__(self, template: str, **words: Any) -> None:
        super().__init__()
        self._template_file = template
        self._words = words
        # The template has its own meta elements.
        self.header._children.clear()

    def render(self, **kwargs: Any) -> str:
        """Return the whole document."""
        for child in self._children.values():
            child.render(**kwargs)
        parts = {"header": self.header, "body": self.html, "script": self.script}
        # Made by Folium from the elements above, which escape what they are given.
        rendered = {name: Markup(part.render(**kwargs)) for name, part in parts.items()}  # noqa: S704
        return _jinja.get_template(self._template_file).render(**rendered, **self._words)


class GridMap(folium.Map):
    """A Leaflet map that takes all its assets from this server and draws no base map.

    Parameters
    ----------
    bounds
        West, south, east, north; degrees.
    approval
        What the map says of its approval (审图号 or 内部使用) and of its base map; always visible.
    """

    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <div class="map" id={{ this.get_name()|tojson }}
          role="application" data-i18n-label="map.label"></div>
        {% if this.approval %}<p class="approval">{{ this.approval|e }}</p>{% endif %}
        {% endmacro %}
        {% macro script(this, kwargs) %}
        const {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {{ this.options_json }});
        {{ this.get_name() }}.fitBounds({{ this.corners|tojson }}, {animate: false});
        const {{ this.get_name() }}_layers = [];
        {% endmacro %}
        """
    )

    def __init__(self, bounds: tuple[float, float, float, float], *, approval: str = "") -> None:
        west, south, east, north = bounds
        super().__init__(location=((south + north) / 2, (west + east) / 2), tiles=None)
        self._name = "GridMap"
        self.approval = approval
        # On the instance: Folium's add_js_link changes the list that it finds, for all maps.
        self.default_js = [("leaflet", "/static/vendor/leaflet/leaflet.js")]
        self.default_css = [("leaflet_css", "/static/vendor/leaflet/leaflet.css")]
        self.corners = [[south, west], [north, east]]
        self.options_json = script_json(
            {
                "zoomControl": False,
                "attributionControl": False,
                "zoomSnap": 0.25,
                "wheelPxPerZoomLevel": 90,
                "minZoom": 6,
                "maxZoom": 18,
            }
        )

    def compose(self, page: Page) -> str:
        """Return the document that shows this map.

        Parameters
        ----------
        page
            The document to stand in.

        Raises
        ------
        RemoteReferenceError
            Something in it would be fetched from another host.
        """
        page.add_child(self)
        return localize(page.render())


class Layer(MacroElement):
    """A layer that one of our modules draws; this is its configuration.

    Parameters
    ----------
    **config
        What the module needs; sent as JSON.
    """

    kind = ""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        {{ this._parent.get_name() }}_layers.push({{ this.config_json }});
        {% endmacro %}
        """
    )

    def __init__(self, **config: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = type(self).__name__
        self.config_json = script_json({"kind": self.kind, **config})


class GridLayer(Layer):
    """The grids of a generation, from their TopoJSON document.

    Parameters
    ----------
    topology_url
        Address of the document on this server.
    """

    kind = "grids"

    def __init__(self, topology_url: str) -> None:
        super().__init__(topology_url=topology_url)


class BaseLayer(Layer):
    """The base map below the grids: tiles of this server, which fetches and aligns them.

    Parameters
    ----------
    tile_url
        Address on this server with ``{z}``, ``{x}`` and ``{y}``.
    """

    kind = "base"

    def __init__(self, tile_url: str = "/tiles/base/{z}/{x}/{y}") -> None:
        super().__init__(tile_url=tile_url)


class HeatLayer(Layer):
    """The heat of events, from the server's bins.

    Parameters
    ----------
    first_day, last_day
        Days of the first and the last event, yyyy-mm-dd.
    """

    kind = "heat"

    def __init__(self, first_day: str, last_day: str) -> None:
        super().__init__(first_day=first_day, last_day=last_day)


class Takeover(MacroElement):
    """Hands the map and its layers to a page module; the last child of a map.

    Parameters
    ----------
    module
        Module with an exported function ``start(map, layers, config)``.
    config
        What it needs to know; sent as JSON.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        import({{ this.module|tojson }}).then(({ start }) => start(
          {{ this._parent.get_name() }}, {{ this._parent.get_name() }}_layers,
          {{ this.config_json }}));
        {% endmacro %}
        """
    )

    def __init__(self, module: str, config: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Takeover"
        self.module = module
        self.config_json = script_json(config)


def script_json(value: Any) -> str:
    r"""Return JSON that is safe inside a script element.

    Parameters
    ----------
    value
        Anything that orjson takes.

    Examples
    --------
    >>> script_json("</script><!--")
    '"\\u003c/script\\u003e\\u003c!--"'
    """
    text = orjson.dumps(value).decode()
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def import_map() -> str:
    """Return the page's import map, as JSON: pages are found in their bundle, if there is one."""
    pages = {
        f"gridmap/{entry.removeprefix('js/')}": addresses[0]
        for entry, addresses in bundled().items()
        if entry.startswith("js/")
    }
    return script_json({"imports": IMPORTS | pages})


def render_page(template: str, **words: Any) -> str:
    """Return a page without a map.

    Raises
    ------
    RemoteReferenceError
        Something in it would be fetched from another host.
    """
    return localize(_jinja.get_template(template).render(**words))


def localize(html: str) -> str:
    """Return a page as it is, if nothing in it is fetched from another host.

    Parameters
    ----------
    html
        A rendered document.

    Raises
    ------
    RemoteReferenceError
        Names the first such reference.
    """
    found = _REMOTE.search(html)
    if found:
        raise RemoteReferenceError(f"the page would fetch {found.group(0)[:120]}")
    return html


def nonced(html: str, nonce: str) -> str:
    """Return a page whose scripts and styles carry the nonce of its content security policy.

    Parameters
    ----------
    html
        A rendered document.
    nonce
        Fresh for every answer.
    """
    return _INLINE.sub(rf'<\1 nonce="{nonce}"', html)
