"""The prose of a wiki's page, without its mark-up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

# MediaWiki's own limit of a page.
_LONGEST_PAGE = 2**21
# At each mark that nothing closes, the parser begins again: so many of them times characters take seconds.
_MOST_WORK = 40_000_000
_MARK = re.compile(
    r"(\{\{|\[\[|\{\||<!--)|(\}\}|\]\]|\|\}|-->)"
    r"|<(?!(?:br|hr|wbr|li|dd|dt|tr|td|th)\b)([A-Za-z]\w*)[^<>]*(?<!/)(?:>|(?=<)|\Z)|</([A-Za-z]\w*)"
)
_OPENED_BY = {"}}": "{{", "]]": "[[", "|}": "{|", "-->": "<!--"}
_NOT_SHOWN = {
    "categorytree", "ce", "chem", "gallery", "graph", "hiero", "imagemap", "inputbox", "math", "ref", "references",
    "score", "section", "source", "style", "syntaxhighlight", "table", "templatedata", "timeline",
}  # fmt: skip
# Links to these are pictures and categories, in every wiki; a dump says what its own language calls them.
_NAMESPACES = {"file", "image", "media", "category"}
_OTHER_WIKI = re.compile(r"[a-z]{2,3}(?:-[a-z]+)*:")
_SWITCH = re.compile(r"__[A-Z]+__")


def strip_wiki(page: str, namespaces: Iterable[str] = ()) -> str:
    """What a reader of a wiki's page sees of its prose: without headings, tables, notes, templates and pictures.

    Args:
        namespaces: what the wiki's language calls pictures and categories.
    Raises:
        ValueError: it cannot be parsed, or not in time.
    """
    import mwparserfromhell

    if len(page) > _LONGEST_PAGE or _count_open(page) * len(page) > _MOST_WORK:
        raise ValueError("too long, or too much is never closed")
    try:
        parsed = mwparserfromhell.parse(page)
        return _SWITCH.sub("", _show(parsed, _NAMESPACES.union(name.casefold() for name in namespaces)))
    except (mwparserfromhell.parser.ParserError, RecursionError) as error:
        raise ValueError("this page cannot be parsed") from error


def _count_open(page: str) -> int:
    """How many marks are open at once at most, each kind by itself: an upper bound of what nothing closes."""
    depth: Counter[str] = Counter()
    deepest: Counter[str] = Counter()
    for mark, end, tag, end_tag in _MARK.findall(page):
        if opened := mark or tag:
            depth[opened] += 1
            deepest[opened] = max(deepest[opened], depth[opened])
        else:
            closed = _OPENED_BY.get(end) or end_tag
            depth[closed] = max(depth[closed] - 1, 0)
    return deepest.total()


def _show(code: Any, namespaces: set[str]) -> str:
    from mwparserfromhell.nodes import ExternalLink, Heading, HTMLEntity, Tag, Wikilink
    from mwparserfromhell.nodes import Text as Words

    shown = []
    for node in code.nodes:
        if isinstance(node, Words):
            shown.append(str(node.value))
        elif isinstance(node, Wikilink):
            shown.append(_show_link(node, namespaces))
        elif isinstance(node, ExternalLink):
            shown.append(_show(node.title, namespaces) if node.title else "" if node.brackets else str(node.url))
        elif isinstance(node, HTMLEntity):
            shown.append(str(node.normalize()))
        elif isinstance(node, Heading):
            shown.append("\n\n")
        elif isinstance(node, Tag):
            shown.append(_show_tag(node, namespaces))
    return "".join(shown)


def _show_tag(tag: Any, namespaces: set[str]) -> str:
    name = str(tag.tag).strip().lower()
    if name == "br":
        return "\n"
    if name in _NOT_SHOWN or not tag.contents:
        return ""
    return _show(tag.contents, namespaces)


def _show_link(link: Any, namespaces: set[str]) -> str:
    title = str(link.title).strip()
    if title.partition(":")[0].strip().casefold() in namespaces and ":" in title:
        return ""
    if link.text is not None:
        return _show(link.text, namespaces)
    return "" if _OTHER_WIKI.match(title) else title.removeprefix(":")
