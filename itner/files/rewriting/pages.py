"""What tags and attributes of HTML, and of the drawings that stand in it, mean to somebody who reads."""

from __future__ import annotations

from dataclasses import replace

from itner.files.rewriting.markup import Grammar

_INLINE = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd",
    "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
    "wbr", "img",
})  # fmt: skip
# Attributes that say how something looks or works.
_TECHNICAL_ATTRIBUTES = frozenset({
    "accept", "accept-charset", "align", "allowfullscreen", "aria-hidden", "async", "autocapitalize", "autocomplete",
    "background", "bgcolor", "border", "bordercolor", "cellpadding", "cellspacing", "charset", "checked", "class",
    "clear", "color", "cols", "colspan", "coords", "crossorigin", "decoding", "defer", "dir", "disabled", "draggable",
    "enctype", "face", "fetchpriority", "frame", "frameborder", "headers", "height", "hidden", "hspace", "http-equiv",
    "inputmode", "integrity", "ismap", "itemprop", "itemscope", "itemtype", "kind", "lang", "language", "link",
    "loading", "marginheight", "marginwidth", "max", "maxlength", "media", "method", "min", "minlength", "multiple",
    "nohref", "noshade", "novalidate", "nowrap", "pattern", "preload", "readonly", "referrerpolicy", "rel",
    "required", "rev", "role", "rows", "rowspan", "rules", "sandbox", "scope", "scrolling", "selected", "shape",
    "size", "sizes", "slot", "span", "spellcheck", "step", "style", "tabindex", "target", "text", "translate", "type",
    "typeof", "usemap", "valign", "valuetype", "vlink", "vspace", "width", "wrap", "xml", "xmlns",
})  # fmt: skip
HTML = Grammar(
    streams=None,
    inline=_INLINE,
    breaks={"br": "\n"},
    programs=frozenset(("script",)),
    styles=frozenset(("style",)),
    technical=lambda tag, name, value: name in _TECHNICAL_ATTRIBUTES,
)
# Attributes of drawings that say where and how.
_DRAWN = frozenset({
    "alignment-baseline", "baseprofile", "baseline-shift", "clip-path", "clip-rule", "clippathunits", "cx", "cy", "d",
    "dominant-baseline", "dx", "dy", "fill", "fill-opacity", "fill-rule", "filter", "font-family", "font-size",
    "font-style", "font-weight", "fx", "fy", "gradienttransform", "gradientunits", "letter-spacing", "marker-end",
    "marker-mid", "marker-start", "markerheight", "markerunits", "markerwidth", "mask", "offset", "opacity", "orient",
    "overflow", "patterntransform", "patternunits", "points", "preserveaspectratio", "r", "refx", "refy", "rotate",
    "rx", "ry", "stop-color", "stop-opacity", "stroke", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap",
    "stroke-linejoin", "stroke-miterlimit", "stroke-opacity", "stroke-width", "text-anchor", "textlength", "transform",
    "vector-effect", "version", "viewbox", "visibility", "word-spacing", "x", "x1", "x2", "y", "y1", "y2",
})  # fmt: skip
DRAWING = replace(
    HTML,
    inline=frozenset(("a", "textpath", "tspan")),
    technical=lambda tag, name, value: name in _TECHNICAL_ATTRIBUTES | _DRAWN,
)
