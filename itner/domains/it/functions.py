"""Labelling functions for IT-support text: curated name lists and patterns, each right most of the time.

They follow `guideline.md`. A function is a heuristic, not an annotation: how often each is right is
measured on a dev set before it may vote (`itner.labelling.weak`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from itner.core.types import Document, LabellingFunction, Mention
from itner.domains.it.lexicons import AMBIGUOUS_SOFTWARE, DEVICES, OS, SOFTWARE

_SERIES = (
    r"ThinkPad|ThinkCentre|Latitude|OptiPlex|Precision|XPS|EliteBook|ProBook|ZBook|EliteDesk|ProLiant|PowerEdge|LaserJet"
    r"|OfficeJet|DesignJet|Surface|MacBook|iMac|iPhone|iPad|Galaxy|Pixel|Zebra|Yealink|Catalyst|FortiGate|Synology|bizhub"
    r"|ECOSYS|imageRUNNER|EcoTank|UniFi|Jabra|Poly|Logitech|WD19|Raspberry Pi"
)
_MAKERS = (
    r"HP|Dell|Lenovo|Microsoft|Apple|Samsung|Google|Cisco|Canon|Epson|Brother|Kyocera|Ricoh|Xerox|Fujitsu|Acer|Asus"
)
_MODEL = re.compile(
    rf"\b(?:(?:{_MAKERS}) )?(?:{_SERIES})(?: (?:(?:Pro|Air|Mini|Max|Plus|Ultra|Gen|Tab|Book|Studio|Go|Laptop|Watch)\b"
    r"|[A-Z]{0,4}\d+[A-Za-z]{0,4}\b))*"
)
_CODE = re.compile(
    r"\b0x[0-9A-Fa-f]{3,}\b|\b[A-Z]{2,9}[-_]\d{3,6}\b(?!\.)|\bAADSTS\d+\b|\bHTTP(?: error)? [45]\d\d\b"
    r"|\b[Ee]rror [1-9]\d{1,5}\b|\b[Ee]xit (?:code|status) \d+\b|\b[Ee]vent ID \d+\b"
    r"|\b[Cc]ode \d{1,3}\b(?= in [Dd]evice)|\b[A-Z]{2,}(?:_[A-Z]{2,}){1,6}\b"
)
_EXCEPTION = re.compile(r"\b(?:[a-z]+\.)*[A-Z][A-Za-z]+(?:Exception|Error)\b|\bE[A-Z]{4,}\b")
_FAILURE = re.compile(
    r"\b(?:BSOD|blue ?screen(?: of death)?|kernel panic|segmentation fault|segfault|core dump"
    r"|stack overflow|Access denied|Permission denied|Connection refused|Connection timed out"
    r"|No space left on device|Out of memory)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"(?<![\w])[\"'“„]([A-Z][^\"'”“]{6,80}?)[.!]?[\"'”“](?!\w)")
_TELLS_ERROR = re.compile(
    r"\b(?:error|message|says|said|saying|shows?|reads?|pops? up|popup|displays?|fails? with)\b", re.IGNORECASE
)
_VERSION_FORM = r"v?\d+(?:\.\d+)+(?:[-.]?(?:rc|beta|alpha|b|r|p|sp|build|u)\d*)?(?:-\w+)?"
_VERSION = re.compile(rf"(?<![\w.:/]){_VERSION_FORM}(?![\w:/]|\.\d)", re.IGNORECASE)
_IP = re.compile(r"^\d{1,3}(?:\.\d{1,3}){3}$")
_DATE = re.compile(r"^\d{1,2}\.\d{1,2}\.(?:\d\d){1,2}$")
_RELEASE = re.compile(r"\bKB\d{6,7}\b|\b(?:1[5-9]|2\d)H[12]\b|\bSP\d\b|\bR2\b|\b\d+\.x\b")
_AFTER_WORD = re.compile(
    rf"\b(?:version|release|build|firmware|rev)\.? ((?:{_VERSION_FORM})|\d[\w.]*\d|\d+)\b", re.IGNORECASE
)
_NUMBER = re.compile(r" (\d{1,4})(?![\w:%€$°]|[.,]\d| (?:users?|times|minutes|hours|days|people|GB|MB|TB|pages))")


def _names(names: Sequence[str], ignore_case: bool) -> re.Pattern[str]:
    ordered = sorted(names, key=len, reverse=True)
    flags = re.IGNORECASE if ignore_case else 0
    return re.compile(rf"(?<![\w@./\\-])(?:{'|'.join(map(re.escape, ordered))})(?![\w@/\\]|\.\w|-\w)", flags)


_SOFTWARE = _names(SOFTWARE, ignore_case=True)
_AMBIGUOUS = _names(AMBIGUOUS_SOFTWARE, ignore_case=False)
_HINT = re.compile(
    r" (?:\d|crash|freez|hang|won't|does not (?:open|start)|is not responding|document|meeting|file|add-in|365|app\b)"
)
_OS = _names(OS, ignore_case=True)
_DEVICE = re.compile(
    rf"(?<![\w@./-])(?:{'|'.join(map(re.escape, sorted(DEVICES, key=len, reverse=True)))})(?:e?s)?(?![\w@/-])",
    re.IGNORECASE,
)


def _list(document: Document, pattern: re.Pattern[str], kind: str, group: int = 0) -> Iterator[Mention]:
    for match in pattern.finditer(document.text):
        yield Mention(match.start(group), match.end(group), kind)


def software_names(document: Document) -> list[Mention]:
    """Names on the software list, in any case."""
    return list(_list(document, _SOFTWARE, "SOFTWARE"))


def software_by_context(document: Document) -> list[Mention]:
    """Names that are words too, followed by what only happens to programs."""
    return [mention for mention in _list(document, _AMBIGUOUS, "SOFTWARE") if _HINT.match(document.text, mention.end)]


def os_names(document: Document) -> list[Mention]:
    """Names on the list of operating systems, in any case."""
    return list(_list(document, _OS, "OS"))


def device_nouns(document: Document) -> list[Mention]:
    """Device nouns, singular and plural."""
    return list(_list(document, _DEVICE, "HARDWARE"))


def device_models(document: Document) -> list[Mention]:
    """Product series, with their maker before and the model number behind."""
    return list(_list(document, _MODEL, "HARDWARE"))


def dotted_versions(document: Document) -> list[Mention]:
    """Numbers with dots that are no address and no date."""
    found = []
    for mention in _list(document, _VERSION, "VERSION"):
        text = document.text[mention.start : mention.end]
        if not _IP.match(text) and not _DATE.match(text):
            found.append(mention)
    return found


def release_names(document: Document) -> list[Mention]:
    """Update numbers and release names: KB5034441, 23H2, SP1, 2.x."""
    return list(_list(document, _RELEASE, "VERSION"))


def versions_by_word(document: Document) -> list[Mention]:
    """What follows the word version, release, build or firmware."""
    return list(_list(document, _AFTER_WORD, "VERSION", group=1))


def versions_after_names(document: Document) -> list[Mention]:
    """A bare number directly after a name on the lists."""
    found = []
    for pattern in (_OS, _SOFTWARE):
        for match in pattern.finditer(document.text):
            number = _NUMBER.match(document.text, match.end())
            if number:
                found.append(Mention(number.start(1), number.end(1), "VERSION"))
    return sorted(set(found), key=lambda mention: mention.start)


def error_codes(document: Document) -> list[Mention]:
    """Codes in the usual shapes: 0x80070057, ORA-01017, HTTP 503, exit code 137, STOP_CODE_NAMES."""
    return list(_list(document, _CODE, "ERROR"))


def exceptions(document: Document) -> list[Mention]:
    """Names that end in Exception or Error, and POSIX names such as ECONNRESET."""
    return list(_list(document, _EXCEPTION, "ERROR"))


def named_failures(document: Document) -> list[Mention]:
    """Failures with a name of their own, and messages that everybody knows."""
    return list(_list(document, _FAILURE, "ERROR"))


def quoted_messages(document: Document) -> list[Mention]:
    """A quotation in a sentence that speaks of a message or an error."""
    if not _TELLS_ERROR.search(document.text):
        return []
    return list(_list(document, _QUOTED, "ERROR", group=1))


FUNCTIONS: tuple[LabellingFunction, ...] = (
    software_names,
    software_by_context,
    os_names,
    device_nouns,
    device_models,
    dotted_versions,
    release_names,
    versions_by_word,
    versions_after_names,
    error_codes,
    exceptions,
    named_failures,
    quoted_messages,
)
