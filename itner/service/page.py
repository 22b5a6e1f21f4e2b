"""The page that describes the addresses, made of their description, with no script and nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}"
    "table{border-collapse:collapse;margin:.5rem 0}td,th{border:1px solid #bbb;padding:.2rem .6rem;text-align:left;"
    "vertical-align:top}code{background:#f2f2f2;padding:0 .2rem}"
)
_METHODS = ("get", "post")


def make_page(description: Mapping[str, Any]) -> str:
    """A description of addresses in OpenAPI as a page."""
    info = description["info"]
    parts = [
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>",
        *(f"<p>{escape(part)}</p>" for part in info.get("description", "").split("\n\n")),
        '<p>For programs: <a href="openapi.json">openapi.json</a></p>',
    ]
    models = description.get("components", {}).get("schemas", {})
    for path, methods in description["paths"].items():
        for method in _METHODS:
            if method in methods:
                parts += _address(f"{method.upper()} {path}", methods[method], models)
    parts.append("<h1>What is sent and answered</h1>")
    for name, model in models.items():
        parts += [f'<h2 id="{escape(name)}">{escape(name)}</h2>', *_model(model)]
    title = escape(info["title"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )


def _address(name: str, told: Mapping[str, Any], models: Mapping[str, Any]) -> list[str]:
    parts = [f"<h2>{escape(name)}</h2>", f"<p>{escape(told.get('description', ''))}</p>"]
    asked = _schema(told.get("requestBody", {}))
    if asked:
        parts.append(f"<p>takes {_type(asked)}</p>")
    rows = [
        f"<tr><td>{escape(status)}</td><td>{escape(answer['description'])}</td><td>{_type(_schema(answer))}</td></tr>"
        for status, answer in sorted(told["responses"].items())
    ]
    return [*parts, "<table><tr><th>answer</th><th>means</th><th>holds</th></tr>", *rows, "</table>"]


def _schema(told: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = told.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _model(model: Mapping[str, Any]) -> list[str]:
    required = model.get("required", ())
    rows = []
    for name, told in model.get("properties", {}).items():
        default = "" if name in required or told.get("default") is None else f"{told['default']} where it is left out"
        said = "; ".join(filter(None, (told.get("description", ""), default)))
        mark = " (required)" if name in required else ""
        rows.append(f"<tr><td>{escape(name)}{mark}</td><td>{_type(told)}</td><td>{escape(said)}</td></tr>")
    return [f"<p>{escape(model.get('description', ''))}</p>", "<table>", *rows, "</table>"]


def _type(told: Mapping[str, Any]) -> str:
    """A type in words, with a link to what it is made of."""
    if ref := told.get("$ref"):
        name = escape(ref.rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if several := told.get("anyOf"):
        return " or ".join(map(_type, several))
    if choices := told.get("enum") or ([told["const"]] if "const" in told else ()):
        return " or ".join(f"<code>{escape(str(choice))}</code>" for choice in choices)
    kind = str(told.get("type", "anything"))
    if kind == "array":
        return f"list of {_type(told.get('items', {}))}"
    if isinstance(inner := told.get("additionalProperties"), Mapping):
        return f"{_type(inner)} by name"
    return escape(kind)
