"""What of a Word document is the format's own and what is somebody's: names of attributes, elements, fields and parts.

All names of attributes, elements and fields are in lower case and without prefixes.
"""

from __future__ import annotations

import re

# Attributes that Word writes by itself: formats, fonts, references to other parts and to styles.
_TECHNICAL = frozenset({
    "accent1", "accent2", "accent3", "accent4", "accent5", "accent6", "after", "algn", "algorithmname", "amt",
    "anchorctr", "anchorid", "anchorx", "anchory", "ang", "ascii", "asciitheme", "b", "basetype", "before", "bg1",
    "bg2", "bidi", "blurrad", "bottom", "bsln", "bwmode", "cap", "char", "charset", "cmpd", "connectortype",
    "contenttype", "coordorigin", "coordsize", "cs", "csb0", "csb1", "cstheme", "cx", "cy", "date", "dateutc",
    "deftabsz", "dir", "dist", "distb", "distl", "distr", "distt", "dx", "dxa", "dxaorig", "dy", "dyaorig",
    "eastasia", "eastasiatheme", "editas", "editid", "end", "ext", "extension", "fill", "fillcolor", "filled",
    "firstline", "fmtid", "followedhyperlink", "font", "fontkey", "footer", "fov", "from", "function", "gfxdata",
    "grammar", "gutter", "h", "hanging", "hansi", "hansitheme", "hash", "hashvalue", "header", "hint", "hrule", "hue",
    "hyperlink", "idx", "ignorable", "indent", "insetmode", "itemid", "kern", "kx", "ky", "l", "lat", "leader",
    "left", "line", "lon", "lum", "lvl", "marl", "marr", "miterlimit", "paraid", "path", "path2", "pid", "pos",
    "presetid", "presettype", "processcontents", "prst", "prstmaterial", "r", "rad", "relationshipid", "relativefrom",
    "relativeheight", "requires", "rev", "rig", "right", "rot", "rsid", "rsiddel", "rsidp", "rsidr", "rsidrdefault",
    "rsidroot", "rsidrpr", "rsidsect", "rsidtr", "salt", "saltvalue", "sat", "scheme", "script", "shapetype", "space",
    "spc", "spelling", "spid", "spt", "st", "stdev", "storeitemid", "strokecolor", "stroked", "style", "styleid",
    "sx", "sy", "sz", "t", "t1", "t2", "targetmode", "textid", "themecolor", "themefill", "themefillshade",
    "themefilltint", "themeshade", "themetint", "thresh", "to", "tolerance", "top", "type", "typeface", "uri", "usb0",
    "usb1", "usb2", "usb3", "vert", "verttype", "w", "wrapcoords", "wrapdistanceright", "wrapdistancetop", "x", "y",
})  # fmt: skip
# Elements whose value is one of a few that the format lists.
_LISTED = frozenset({
    "abstractnumid", "alpha", "alphamod", "alphaoff", "bar", "basedon", "begchr", "between", "bottom", "brkbin",
    "brkbinsub", "calendar", "characterspacingcontrol", "charset", "chr", "cnfstyle", "color", "cryptalgorithmclass",
    "decimalsymbol", "defjc", "docid", "doctype", "documenttype", "effect", "em", "end", "endchr", "family", "fldtype",
    "gallery", "gamma", "halign", "highlight", "hmerge", "hrule", "huemod", "hueoff", "ilvl", "insideh", "insidev",
    "intlim", "jc", "justification", "kern", "lang", "left", "lid", "link", "listseparator", "lummod", "lumoff",
    "lvljc", "mathfont", "multileveltype", "narylim", "next", "nsid", "numfmt", "numform", "numid", "numrestart",
    "numspacing", "panose1", "pitch", "pos", "position", "presetdash", "prstclr", "prstdash", "pstyle", "right",
    "rsid", "rsidroot", "rstyle", "satmod", "satoff", "schemeclr", "scr", "shade", "shd", "sig", "spacing", "srgbclr",
    "start", "storemappeddataas", "sty", "suff", "sysclr", "sz", "szcs", "tab", "tbllayout", "tbllook", "tblstyle",
    "textalignment", "textboxtightwrap", "textdirection", "themefontlang", "tint", "tl2br", "tmpl", "top", "tr2bl",
    "type", "u", "valign", "vertalign", "vertanchor", "vertjc", "view", "vmerge", "w", "wrap", "zoom",
})  # fmt: skip
# Elements of which all is listed: what styles there may be, how older versions are imitated, what fonts there are.
_WHOLE = frozenset(("compatsetting", "font", "lsdexception"))
# Styles that every document may have.
_STYLE = re.compile(
    r"(?:(?:heading|toc|index|list|(?:list )?(?:bullet|number|continue|paragraph|table)|body text(?: first)?"
    r"(?: indent)?|(?:(?:colorful|dark|light|medium) )?(?:grid|list|shading)|(?:grid|list|plain) table|table [a-z]+"
    r"|header|footer|caption|macro|(?:sub|book )?title|normal(?: table)?|no (?:list|spacing)|(?:intense |subtle )?quote"
    r"|(?:intense |subtle )?(?:emphasis|reference)|strong|list paragraph|macro text|default paragraph font|hyperlink"
    r"|followedhyperlink|footnote|endnote|page number|annotation|balloon text|plain text|placeholder text|revision"
    r"|toc heading)(?: \d)*(?: light| dark| colorful)?(?: accent \d)?(?: text| reference| subject)?(?: char)?)",
    re.IGNORECASE,
)
# Elements whose value is anybody's.
_SAID = frozenset({
    "alias", "default", "description", "docvar", "helptext", "listentry", "listitem", "statustext", "tag", "title",
})  # fmt: skip
# Elements and attributes that hold a point in time.
STAMPS = frozenset({
    "created", "date", "dateutc", "filetime", "lastprinted", "modified",
})  # fmt: skip
# Of the properties: dates, counts and switches.
PRESCRIBED = frozenset({
    "appversion", "bool", "characters", "characterswithspaces", "clsid", "created", "date", "dateutc", "docsecurity",
    "filetime", "hyperlinkschanged", "i2", "i4", "lastprinted", "lines", "linksuptodate", "modified", "pages",
    "paragraphs", "revision", "scalecrop", "shareddoc", "totaltime", "words",
})  # fmt: skip
# What the instruction of a field begins with.
FIELDS = frozenset({
    "=", "addressblock", "advance", "ask", "author", "autonum", "autotext", "autotextlist", "barcode", "bibliography",
    "citation", "comments", "compare", "createdate", "database", "date", "displaybarcode", "docproperty",
    "docvariable", "edittime", "embed", "eq", "filename", "filesize", "fillin", "formcheckbox", "formdropdown",
    "formtext", "gotobutton", "greetingline", "hyperlink", "if", "includepicture", "includetext", "index", "info",
    "keywords", "lastsavedby", "link", "listnum", "macrobutton", "mergebarcode", "mergefield", "mergerec", "mergeseq",
    "next", "nextif", "noteref", "numchars", "numpages", "numwords", "page", "pageref", "print", "printdate",
    "private", "quote", "rd", "ref", "revnum", "savedate", "section", "sectionpages", "seq", "set", "shape", "skipif",
    "styleref", "subject", "symbol", "ta", "tc", "template", "time", "title", "toa", "toc", "useraddress",
    "userinitials", "username", "xe",
})  # fmt: skip
# How Word calls the parts of a document, each with a number where there are several.
_PARTS = (
    "LabelInfo", "_rels", "activeX", "afchunk", "app", "attachedToolbars", "bibliography", "c", "chart", "charts",
    "chartsheets", "chunk", "colors", "commentAuthors", "comments", "commentsExtended", "commentsExtensible",
    "commentsIDs", "commentsIds", "core", "custom", "customXml", "customizations", "data", "diagrams", "docMetadata",
    "docProps", "document", "document2", "documenttasks", "drawing", "drawings", "embeddings", "endnotes",
    "featurepropertybag", "font", "fontTable", "fonts", "footer", "footnotes", "glossary", "header", "image",
    "images", "ink", "inkml", "item", "itemProps", "keyMapCustomizations", "layout", "media", "numbering",
    "oleObject", "people", "persons", "quickStyle", "quickStyles", "recipientData", "recipients", "schemaLibrary",
    "settings", "stringtable", "style", "styles", "stylesWithEffects", "taskpanes", "tasks", "theme", "themeOverride",
    "threadedComments", "tmp", "vbaData", "vbaProject", "vmlDrawing", "webSettings", "webextension", "webextensions",
    "word", "workbook", "zoom",
)  # fmt: skip
_DESCRIBED = re.compile(
    r"(?:https?://(?:schemas\.(?:openxmlformats|microsoft)\.(?:org|com)|purl\.(?:org|oclc\.org)|www\.w3\.org)/"
    r"|urn:schemas-microsoft-com:)[\w/.:#-]*"
)
_SIZE = re.compile(
    r"[-+]?\d{1,6}(?:\.\d{1,6})?(?:%|[a-z]{2})?|#?[\da-f]{6}|true|false|auto|none|on|off|rid\d{1,6}|_x0000_\w{1,8}"
    r"|\{?[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\}?",
    re.IGNORECASE,
)
_USUAL = re.compile(
    rf"(?:\.\.?/|/)*(?:(?:{'|'.join(_PARTS)})\d{{0,4}}/)*"
    rf"(?:\[Content_Types\]\.xml|(?:{'|'.join(_PARTS)})\d{{0,4}}(?:\.[a-z]{{3,4}}){{1,2}}|\.rels)"
)


def is_usual(path: str) -> bool:
    """Whether a part is called as Word calls parts, so that its name is nobody's."""
    return _USUAL.fullmatch(path) is not None


def is_technical(tag: str, name: str, value: str) -> bool:
    """Whether the format prescribes what stands in an attribute."""
    if name in ("val", "value") and tag in _SAID:
        # Were it but a number.
        return False
    return (
        name in _TECHNICAL
        or (name == "val" and tag in _LISTED)
        or (tag in _WHOLE and name in ("name", "val", "uri"))
        or (tag == "name" and name == "val" and _STYLE.fullmatch(value) is not None)
        or (name in ("target", "partname") and is_usual(value))
        or _SIZE.fullmatch(value) is not None
        or is_described(value)
    )


def is_described(value: str) -> bool:
    """Whether a value is the address of a format's description."""
    return _DESCRIBED.fullmatch(value) is not None
