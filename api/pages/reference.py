"""``/docs``: the routes as one plain page, without a script and without the internet."""

from __future__ import annotations

from html import escape
from typing import Any

from fastapi import FastAPI, Response

from api.pages.shell import html_answer

STYLE = """
body{font:15px/1.5 system-ui,"Noto Sans SC","Microsoft YaHei",sans-serif;max-width:64rem;
margin:2rem auto;padding:0 1rem;color:#1d2733;background:#fff}
h2{margin:2.2rem 0 .3rem;font-size:1.05rem}code,h2{font-family:ui-monospace,monospace}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;
padding:.25rem .8rem .25rem 0;border-top:1px solid #dde3ea}td:first-child{white-space:nowrap}
b{color:#0b6b50;display:inline-block;min-width:3.5rem}
"""


def add_reference(app: FastAPI) -> None:
    """Serve the page of the routes at ``/docs``."""

    @app.get("/docs", include_in_schema=False)
    def docs() -> Response:
        """Return the routes as a page."""
        return html_answer(render(app.openapi()))


def render(document: dict[str, Any]) -> str:
    """Return an OpenAPI document as a page."""
    info = document["info"]
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        '<link rel=icon href="/static/css/icon.svg" type="image/svg+xml">',
        f"<title>{escape(info['title'])} API</title><style>{STYLE}</style>",
        f"<h1>{escape(info['title'])} API</h1><p>{escape(info.get('summary', ''))}</p>",
        "<p>For programs: <a href=/openapi.json>openapi.json</a>.</p>",
    ]
    for path, methods in document["paths"].items():
        parts += [_operation(method, path, about) for method, about in methods.items()]
    return "".join(parts)


def _operation(method: str, path: str, about: dict[str, Any]) -> str:
    rows = [_parameter(parameter) for parameter in about.get("parameters", [])]
    body = about.get("requestBody")
    if body:
        for kind, content in body["content"].items():
            name = content["schema"].get("$ref", "").rpartition("/")[2]
            rows.append(_row("body", kind, f"schema {name} in openapi.json"))
    table = f"<table>{''.join(rows)}</table>" if rows else ""
    text = escape(about.get("description", about.get("summary", "")))
    return f"<h2><b>{method.upper()}</b> {escape(path)}</h2><p>{text}</p>{table}"


def _parameter(parameter: dict[str, Any]) -> str:
    schema = parameter["schema"]
    choices = schema.get("anyOf", [schema])
    kinds = " or ".join(_kind(one) for one in choices if one.get("type") != "null")
    need = " (required)" if parameter.get("required") else ""
    default = f" Default: {schema['default']}." if schema.get("default") is not None else ""
    about = parameter.get("description", schema.get("description", ""))
    return _row(parameter["name"], kinds + need, about + default)


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"{_kind(schema['items'])}, may be repeated"
    return str(schema.get("format", schema.get("type", "")))


def _row(name: str, kind: str, about: str) -> str:
    return (
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(kind)}</td><td>{escape(about)}</td>"
    )
