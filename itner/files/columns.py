"""What stands in the columns of a table: names or data in its first row, and which column holds running text.

Content decides; names only weigh in.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from statistics import fmean

# Running text says no more about itself further on.
_LOOKED_AT = 2_000
_MOST_WORDS = 60
# So few words in each cell are a value rather than a text.
_FEW_WORDS = 3

_LETTERS = re.compile(r"[^\W\d_]{2,}")
# Scripts without spaces between words; two characters are about a word.
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NUMBER = re.compile(r"[-+(]?\s?[$€£¥]?\s?\d[\d.,'’\s]*\)?\s?[%€$£¥]?")
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.|[\\/]|[a-z]:[\\/])\S*|[^\s@]+@[^\s@.]+\.[^\s@]+", re.IGNORECASE)
_WITH_DIGIT = re.compile(r"(?=\S*\d)[\w.:/#+()\[\]{}-]+")
_TIME_WORD = re.compile(
    r"(?:jan(?:uary?)?|feb(?:ruary?)?|mar(?:ch)?|mär(?:z)?|apr(?:il)?|ma[iy]|jun[ei]?|jul[iy]?|aug(?:ust)?|sept?(?:ember)?"
    r"|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?|mon(?:day|tag)?|tue(?:s(?:day)?)?|di(?:enstag)?|wed(?:nesday)?"
    r"|mi(?:ttwoch)?|thu(?:rs?(?:day)?)?|do(?:nnerstag)?|fri?(?:day|eitag)?|sat?(?:urday|mstag)?|sun(?:day)?"
    r"|so(?:nntag)?)\.?|[ap]\.?m\.?|utc|gmt|ce?s?t|[ep][sd]?t|z|t|at|um|uhr|th|st|nd|rd",
    re.IGNORECASE,
)
_PARTS_OF_NAMES = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])")

# Words in the names of columns, in the languages of the helpdesks and trackers that we know of.
_TEXT_WORDS = (
    "text texts texte texto description descriptions body message messages msg content contents comment comments "
    "summary subject title detail details note notes issue problem question answer abstract request remark remarks "
    "beschreibung kurzbeschreibung nachricht betreff kommentar inhalt titel anfrage bemerkung notiz meldung "
    "descripción descripcion asunto mensaje comentario corps objet sujet commentaire descrição assunto mensagem "
    "error errors fehler fehlermeldung log"
)
_OTHER_WORDS = (
    "id ids key uid uuid guid number num no nr ref reference code status state stage priority severity urgency impact "
    "date time datetime timestamp created updated modified closed resolved opened due start end duration age "
    "assignee assigned reporter requester requestor creator owner author user username agent caller contact customer "
    "client sender from to by email mail phone name names company organization organisation department team group "
    "queue location site city country language locale url uri link href path file filename type category subcategory "
    "kind class project component components label labels tag tags channel source host hostname server ip port version "
    "versions environment hash sha checksum level logger thread process pid node index row line position count total "
    "amount price score rating votes flag product service asset device rank resolution sprint parent "
    "nummer datum zeit erstellt geändert geschlossen bearbeiter melder benutzer anwender kunde kategorie priorität "
    "abteilung standort typ gruppe ersteller fecha estado prioridad usuario numéro statut priorité utilisateur "
    "numero etat auteur data stato custom field fields column feld spalte"
)
_OF_TEXT = frozenset(_TEXT_WORDS.split())
_OF_OTHERS = frozenset(_OTHER_WORDS.split())
# What a ticket belongs to, and has a text of its own, the same for each ticket.
_DESCRIBED_WORDS = "project product service component category team group department company organisation organization"
_DESCRIBED = frozenset(f"{_DESCRIBED_WORDS} site location asset device".split())
# How much a name weighs in.
_BY_NAME = {"text": 1.25, "": 1.0, "text of another": 0.7, "other": 0.5}
# Between the words of a name.
_SMALL_WORDS = "of the a an and or to from by no at in on for is has der die das und von des de la"
_BETWEEN = frozenset(_SMALL_WORDS.split())


def is_typed(cell: str) -> bool:
    """Whether a cell is a number, a date, an address, an identifier or a code: nothing that is read as words."""
    cell = cell.strip()
    if _NUMBER.fullmatch(cell) or _ADDRESS.fullmatch(cell) or _WITH_DIGIT.fullmatch(cell):
        return True
    if len(cell) > 60 or not any(character.isdigit() for character in cell):
        return False
    return all(_TIME_WORD.fullmatch(word) for word in re.findall(r"[^\W\d_]+\.?", cell))


def count_words(cell: str) -> float:
    """How many words of running text a cell holds; 0 for what is typed."""
    cell = cell[:_LOOKED_AT].strip()
    if not cell or is_typed(cell):
        return 0.0
    words = sum(1 for word in cell.split() if _LETTERS.search(word))
    return words + len(_UNSPACED.findall(cell)) / 2


def rate_text(name: str, cells: Sequence[str], rows: int) -> float:
    """How much a column looks like the one that holds the text; 0 where nothing in it is a word.

    Args:
        cells: those that are not blank.
        rows: how many were looked at.
    """
    if not cells:
        return 0.0
    words = fmean(min(count_words(cell), _MOST_WORDS) for cell in cells)
    # What repeats is a status, a team or a signature; messages of logs repeat, too, but are longer.
    distinct = len(set(cells)) / len(cells)
    varied = 0.3 if len(cells) > 1 and len(set(cells)) == 1 else 0.4 + 0.6 * distinct
    rate = len(cells) / rows * math.log2(1 + words) * varied
    if _share(cells, "<", ">") > 0.5:
        # The same text often stands without its markup in another column.
        rate *= 0.8
    if _share(cells, "{", "}") + _share(cells, "[", "]") > 0.5:
        rate *= 0.3
    if sum(cell.startswith("Mozilla/") for cell in cells) > 0.5 * len(cells):
        rate *= 0.1
    kind = kind_of_name(name)
    if kind == "other" and words <= _FEW_WORDS:
        # A status, a person's name: even a column of text that is nearly empty says more.
        rate *= 0.05
    return rate * _BY_NAME[kind]


def _share(cells: Sequence[str], start: str, end: str) -> float:
    return sum(cell.lstrip().startswith(start) and cell.rstrip().endswith(end) for cell in cells) / len(cells)


def rank_columns(header: Sequence[str], cells: Mapping[int, Sequence[str]], rows: int) -> list[tuple[float, int]]:
    """(rate, place) of the columns that hold words, the likeliest text first."""
    rated = [(rate_text(header[place], column, rows), place) for place, column in cells.items()]
    return sorted((pair for pair in rated if pair[0] > 0), key=lambda pair: (-pair[0], pair[1]))


def kind_of_name(name: str) -> str:
    """What the name of a column promises: "text", "other", "text of another", or "" when it says nothing."""
    words = _words_of(name.rsplit(".", 1)[-1])
    known = [word for word in words if word in _OF_TEXT or word in _OF_OTHERS]
    if not known:
        return ""
    # A comment's id is no comment; the text of a mail is no mail.
    if known[-1] in _OF_OTHERS and words[-1] == known[-1]:
        return "other"
    if all(word in _OF_OTHERS for word in known):
        return "other"
    # A project's description is none of a ticket.
    return "text of another" if words[0] in _DESCRIBED else "text"


def _words_of(name: str) -> list[str]:
    return [word.lower() for word in _PARTS_OF_NAMES.findall(name)]


def names_or_data(first: Sequence[str], below: Sequence[Sequence[str]]) -> int:
    """Above 0 when a table's first row holds names, the more so the surer; else it is data, or cannot be told."""
    votes = 0
    for place, cell in enumerate(first):
        name = cell.strip()
        if not name:
            continue
        column = [row[place].strip() for row in below if place < len(row) and row[place].strip()]
        typed = bool(column) and sum(map(is_typed, column)) >= 0.8 * len(column)
        votes += _vote(name, column, typed)
    return votes


def _vote(name: str, column: Sequence[str], typed: bool) -> int:
    if is_typed(name):
        return -3 if typed else -1
    words = count_words(name)
    if words > 6 or len(name) > 60 or "\n" in name or (words > 2 and name.endswith((".", "!", "?"))):
        return -2
    if name in column:
        return -1
    if words > 1 and any(sign in name for sign in ",;|?!"):
        return -1
    if _is_known(name):
        # Words of names may be values, too: a column of "problem", "request" and "question".
        return 0 if sum(map(_is_known, column)) >= 0.3 * max(len(column), 1) else 2
    if typed:
        return 0 if any(character.isdigit() for character in name) else 1
    usual = fmean(map(count_words, column)) if column else 0.0
    if words <= 1:
        return 1 if usual >= 2 else 0
    # As long as what stands below, or a phrase: text.
    return -1 if words > 2 or 2 <= usual < 2 * words else 0


def _is_known(name: str) -> bool:
    """Whether a name is made of words that name columns; of one without blanks, such as ticket_text, a part will do."""
    if len(name) > 60:
        return False
    parts = _words_of(name)
    if len(parts) > 1:
        parts = [part for part in parts if part not in _BETWEEN]
    known = sum(part in _OF_TEXT or part in _OF_OTHERS for part in parts)
    return known > 0 and (" " not in name or known >= len(parts) / 2)
