"""Labelling functions for personal data: patterns, each with the check that tells it from what looks alike.

They follow `guideline.md`. What has a grammar (addresses, numbers, dates) is found by it; names and places only where a
list or the words around them say so.
"""

from __future__ import annotations

import re

from itner.core.types import Document, LabellingFunction, Mention
from itner.domains.finding import any_of, find
from itner.domains.pii.lexicons import CITIES, COUNTRIES, GIVEN_NAMES, REGIONS

_EMAIL = re.compile(
    r"(?<![\w.+/@-])[A-Za-z0-9](?:[\w.+'-]{0,62}[\w+-])?@(?:[A-Za-z0-9]"
    r"(?:[\w-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}(?![\w@-])"
)
_AT = r"(?:\(at\)|\[at\]|\{at\}|<at>|\bAT\b|\bat\b)"
_DOT = r"(?:\(dot\)|\[dot\]|\{dot\}|\bDOT\b|\bdot\b|\bpoint\b|\.)"
_ODD_EMAIL = re.compile(
    rf"(?<![\w@])[A-Za-z0-9][\w.+-]{{0,40}} ?(?:\(at\)|\[at\]|\{{at\}}|<at>| AT ) ?[A-Za-z0-9][\w-]{{1,40}}"
    rf"(?: ?{_DOT} ?[A-Za-z][\w-]{{1,24}}){{1,3}}\b"
)
_NOISE = r"(?: (?:uh+m?|um+|er+m?|eh|hm+))?"
_JOIN = r"(?:dot|underscore|dash|hyphen|minus|plus|point)"
_SPOKEN_EMAIL = re.compile(
    rf"\b[a-z0-9]+(?:{_NOISE} {_JOIN}{_NOISE} [a-z0-9]+){{0,4}}{_NOISE} at{_NOISE} [a-z0-9]+(?:{_NOISE} (?:dash"
    rf"|hyphen|minus){_NOISE} [a-z0-9]+)*"
    rf"(?:{_NOISE} (?:dot|point){_NOISE} [a-z]{{2,15}}){{1,3}}\b"
)
_DIGIT = r"(?:zero|oh|o|one|two|three|four|five|six|seven|eight|nine|double|triple|\d)"
_TENS = (
    r"(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty"
    r"|forty|fifty|sixty|seventy|eighty|ninety|hundred)"
)
_SPOKEN_NUMBER = re.compile(
    rf"\b(?:plus )?{_DIGIT}\b(?:{_NOISE} (?:{_DIGIT}|{_TENS})\b){{5,24}}(?:{_NOISE} (?:extension|ext){_NOISE}"
    rf"(?: (?:{_DIGIT}|{_TENS})\b){{1,5}})?",
    re.IGNORECASE,
)
_EXTENSION = re.compile(
    r"\b(?:ext(?:ension|n)?\.?|x|DW|Durchwahl|anexo|poste)[ :.#]{0,2}(\d{2,6})\b(?![.:/-]\d)", re.IGNORECASE
)
_CARD = re.compile(r"(?<![\w.*/-])(?:\d[ -]?){11,18}\d(?![\w*/-]|\.\d)")
_MASKED_CARD = re.compile(r"(?<!\w)(?:\d{4}[ -]?(?:\d{2})?)?(?:[*xX•#]{2,6}[ -]?){1,4}\d{3,4}(?!\w)")
_LAST_FOUR = re.compile(
    r"\b(?:ending(?: in| with)?|ends in|last (?:4|four)(?: digits)?(?: of (?:the |my |his |her )?card)?(?: is"
    r"| are|:)?)[ :]+(\d{4})\b",
    re.IGNORECASE,
)
_CARD_WORD = re.compile(
    r"\b(?:card|visa|mastercard|amex|american express|maestro|debit|credit|cc|pan|karte|tarjeta)\b", re.IGNORECASE
)
_SPOKEN_CARD = re.compile(rf"\b{_DIGIT}\b(?:{_NOISE} {_DIGIT}\b){{11,18}}", re.IGNORECASE)
_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?\.?|July?\.?|Aug(?:ust|\.)?|Sep"
    r"(?:t(?:ember|\.)?|\.)?"
    r"|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_WEEKDAY = r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs?)?|Fri|Sat(?:ur)?|Sun)(?:day)?\.?,? (?:the )?)?"
_YEAR = r"(?:19|20)\d\d"
_WRITTEN_DATES = (
    # 3 May 2024, Monday, 3rd of May
    re.compile(
        rf"\b{_WEEKDAY}\d{{1,2}}(?:st|nd|rd|th)?\.?(?: of)?[ -]{_MONTH}(?:,?[ -](?:{_YEAR}"
        rf"|'?\d\d(?![\d:])))?(?![\w:])",
        re.IGNORECASE,
    ),
    # May 3, 2024
    re.compile(
        rf"\b{_WEEKDAY}{_MONTH}[ ]{{1,2}}\d{{1,2}}(?:st|nd|rd|th)?(?:,? {_YEAR})?(?![\w:.]\d|\w)", re.IGNORECASE
    ),
    # May 2024
    re.compile(rf"\b{_MONTH},? {_YEAR}\b"),
)
_NUMBER_DATE = re.compile(
    r"(?<![\w./:-])(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d\d))(?![\w/-]|\.\d|:\d\d)"
)
# A stamp that is one word is a date as a whole.
_STAMP = re.compile(
    r"(?<![\w./:-])(?:\d{4}-\d\d-\d\d(?:T\d\d:?\d\d(?::?\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?|(?:19"
    r"|20)\d{6}T\d{4,6}Z?)(?!\w)"
)
_EXPIRY = re.compile(
    r"\b(?:exp(?:iry|ires?|iration)?|valid (?:thru|through|until|to)|good thru)\b[^\d\n]{0,16}((?:0?[1-9]"
    r"|1[0-2])[/-](?:20)?\d\d)\b",
    re.IGNORECASE,
)
_ORDINAL = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth"
    r"|fourteenth|fifteenth|sixteenth"
    r"|seventeenth|eighteenth|nineteenth|twentieth|thirtieth|(?:twenty|thirty)[ -](?:first|second|third|fourth"
    r"|fifth|sixth|seventh|eighth|ninth))"
)
_LONG_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_SPOKEN_YEAR = (
    rf"(?: (?:nineteen|twenty)(?:{_NOISE} (?:oh )?(?:{_TENS}|{_DIGIT})){{1,2}}| two thousand"
    rf"(?: and)?(?: (?:{_TENS}|{_DIGIT})){{0,2}})?"
)
_SPOKEN_DATES = (
    re.compile(rf"\b(?:the )?{_ORDINAL}{_NOISE}(?: of)?{_NOISE} {_LONG_MONTH}\b{_SPOKEN_YEAR}", re.IGNORECASE),
    re.compile(rf"\b{_LONG_MONTH}{_NOISE}(?: the)?{_NOISE} {_ORDINAL}\b{_SPOKEN_YEAR}", re.IGNORECASE),
)
_STREET_WORD = (
    r"(?:Street|St\.?|Road|Rd\.?|Avenue|Ave\.?|Lane|Ln\.?|Drive|Dr\.?|Boulevard|Blvd\.?|Way|Court|Ct\.?|Square"
    r"|Terrace|Close|Crescent|Parkway|Pkwy"
    r"|Highway|Hwy|Place|Row|Quay|Hill|Gardens)"
)
_CAP = r"[A-ZÀ-ÝŁŚŻÖÜÄ][\w'’À-ž.-]*"
_STREETS = (
    re.compile(
        rf"(?<![\w.-])\d{{1,5}}[A-Za-z]?,? (?:(?:N|S|E|W|North|South|East|West)\.? )?"
        rf"(?:{_CAP} ){{1,3}}{_STREET_WORD}(?!\w)"
    ),
    re.compile(
        rf"\b{_CAP}(?:straße|strasse|str\.|weg|platz|allee|gasse|gatan|gata|vägen|vej|straat|laan"
        rf"|gracht) \d{{1,4}} ?[a-z]?\b"
    ),
    re.compile(
        rf"\b(?:Calle|Avenida|Av\.|Rua|Via|Viale|Piazza|Rue|Boulevard|ul\.|Plaza|Paseo) (?:(?:de|da|do|della"
        rf"|des|du|la|las|los) )*{_CAP}(?: {_CAP})?,? (?:nº ?)?\d{{1,4}}\b"
    ),
    re.compile(
        rf"\b\d{{1,4}},? (?:rue|avenue|boulevard|place|quai)(?: (?:de|du|des|la|le|l')){{0,2}} {_CAP}(?: {_CAP})?"
    ),
)
_ROOM = re.compile(
    r"\b(?:room|rm\.?|suite|apt\.?|apartment|flat|floor|building|bldg\.?|block|wing|ward|warehouse|bay|gate"
    r"|dock|hall|desk|lab|unit|terminal|tower)"
    r" (?:#|no\. ?)?(?:[A-Z]?\d{1,4}(?:[.-]\d{1,3})?[A-Za-z]?|[A-Z])\b|\b\d{1,2}(?:st|nd|rd|th) floor\b",
    re.IGNORECASE,
)
_UK_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b")
_STATE_ZIP = re.compile(r"\b([A-Z]{2}),? (\d{5}(?:-\d{4})?)\b")
_ZIP_CITY = re.compile(rf"\b((?:[A-Z]{{1,2}}-)?\d{{4,5}}|\d{{3}} \d\d|\d{{4}} [A-Z]{{2}}|\d\d-\d{{3}}) (?={_CAP})")
_POSTCODE_WORD = re.compile(
    r"\b(?:zip(?: code)?|post(?:al)?[ -]?code|plz)[\"']?[ :=]{1,3}[\"']?([A-Z]{0,2}\d[\w -]{2,7}\d?[A-Z]{0,2})\b",
    re.IGNORECASE,
)
_NAME = rf"{_CAP}(?:(?: (?:van|von|de|da|del|der|den|la|al|el|bin|ter|zu|di))*[ -]{_CAP}){{0,3}}"
_TITLE = r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Sir|Madam|Señora?|Nurse|Officer|Agent|Sgt|Capt)\.?"
_CALLED = re.compile(
    rf"\b(?:[Mm]y name is|[Tt]his is|[Nn]ame(?: is|:)|[Ss]peaking with|[Ss]poke (?:to|with)|[Aa]sk for"
    rf"|[Cc]aller:?|[Cc]ontact:?|[Cc]ustomer:|[Uu]ser:"
    rf"|[Rr]equested by:?|[Rr]eported by:?|[Ss]igned(?: by)?:?|[Aa]ttn:?|[Cc]/[Oo]|[Oo]n behalf of|[Dd]ear"
    rf"|[Hh]i|[Hh]ello|[Ff]rom:|[Tt]o:|{_TITLE}) (?:{_TITLE} )?({_NAME})"
)
_CLOSING = re.compile(
    rf"^(?:(?:[Bb]est|[Kk]ind|[Ww]arm|[Mm]any)? ?(?:[Rr]egards|[Tt]hanks|[Cc]heers|[Ww]ishes|[Ss]incerely|LG"
    rf"|MfG|BR)[ ,!.-]+)({_NAME})[.]?$"
)
_NO_NAMES = frozenset(
    [
        "There",
        "All",
        "Team",
        "Support",
        "Everyone",
        "Sir",
        "Madam",
        "Customer",
        "Service",
        "Desk",
        "Helpdesk",
        "Help",
        "It",
        "The",
        "This",
        "That",
        "Your",
        "Our",
        "My",
        "We",
        "You",
        "They",
        "I",
        "A",
        "An",
        "In",
        "On",
        "At",
        "Re",
        "Fwd",
        "Please",
        "Thanks",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "Windows",
        "Office",
        "Outlook",
        "Excel",
        "Microsoft",
        "Google",
        "Apple",
        "Dell",
        "Lenovo",
        "Cisco",
        "Oracle",
        "SAP",
    ]
)


def _named(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@./\\-]){any_of(names)}(?![\w@/\\]|\.\w|-\w)")


_CITY, _COUNTRY, _GIVEN = _named(CITIES), _named((*COUNTRIES, *REGIONS)), _named(GIVEN_NAMES)
_LAST = re.compile(rf"(?: (?:[A-Z]\.|van|von|de|da|del|der|den|la|al|el|bin|ter|zu|di|O'))*(?: |-){_CAP}")


def _find(document: Document, kind: str, *patterns: re.Pattern[str], group: int = 0) -> list[Mention]:
    # What ends a sentence ends no mention; a date may be written with a point.
    return find(document, kind, *patterns, group=group, trim="" if kind == "DATE" else " .,;:-")


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit that ISO/IEC 7812 gives the others."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def emails(document: Document) -> list[Mention]:
    """Addresses as RFC 5322 writes the usual ones, with a domain that has a top level."""
    return _find(document, "EMAIL", _EMAIL)


def odd_emails(document: Document) -> list[Mention]:
    """Addresses with (at) or [dot] in the place of signs."""
    return _find(document, "EMAIL", _ODD_EMAIL)


def spoken_emails(document: Document) -> list[Mention]:
    """Addresses as they are said: anna dot berg at northwind dot com."""
    return _find(document, "EMAIL", _SPOKEN_EMAIL)


def cards(document: Document) -> list[Mention]:
    """Unbroken or grouped numbers of 12 to 19 digits: with a right check digit, or beside a word for a card."""
    found = []
    tells = bool(_CARD_WORD.search(document.text))
    for mention in _find(document, "CREDIT_CARD", _CARD):
        text = document.text[mention.start : mention.end]
        digits = re.sub(r"\D", "", text)
        groups = re.split(r"[ -]", text)
        usual = len(groups) == 1 or {len(group) for group in groups[:-1]} <= {4, 6} or set(map(len, groups)) == {1}
        if usual and (tells or (passes_luhn(digits) and digits[0] in "3456")):
            found.append(mention)
    return found


def masked_cards(document: Document) -> list[Mention]:
    """Numbers of which the first digits are hidden."""
    return _find(document, "CREDIT_CARD", _MASKED_CARD)


def last_four(document: Document) -> list[Mention]:
    """Four digits that a card is said to end with."""
    return _find(document, "CREDIT_CARD", _LAST_FOUR, group=1)


def spoken_cards(document: Document) -> list[Mention]:
    """Twelve digits and more, said one by one where a card is spoken of."""
    return _find(document, "CREDIT_CARD", _SPOKEN_CARD) if _CARD_WORD.search(document.text) else []


def dates(document: Document) -> list[Mention]:
    """Days and months by name, and in figures where the numbers can be a date."""
    found = _find(document, "DATE", *_WRITTEN_DATES)
    for mention in _find(document, "DATE", _NUMBER_DATE):
        parts = [int(part) for part in re.split(r"[-/.]", document.text[mention.start : mention.end])]
        day_month = parts[1:] if parts[0] > 31 else parts[:2]
        if min(day_month) >= 1 and min(day_month) <= 12 and max(day_month) <= 31:
            found.append(mention)
    return found


def stamps(document: Document) -> list[Mention]:
    """The dates in time stamps."""
    return _find(document, "DATE", _STAMP)


def expiry_dates(document: Document) -> list[Mention]:
    """Month and year that something is said to expire in."""
    return _find(document, "DATE", _EXPIRY, group=1)


def spoken_dates(document: Document) -> list[Mention]:
    """Dates as they are said: the third of May nineteen eighty four."""
    return _find(document, "DATE", *_SPOKEN_DATES)


def phones(document: Document) -> list[Mention]:
    """Numbers that Google's phone library takes for one that can be dialled, from abroad or in the usual countries."""
    import phonenumbers

    # Most texts hold no seven digits, and asking the library takes its time.
    if sum(char.isdigit() for char in document.text) < 7:
        return []
    found: dict[tuple[int, int], Mention] = {}
    for region in (None, "US", "GB", "DE", "FR"):
        for match in phonenumbers.PhoneNumberMatcher(
            document.text, region, leniency=phonenumbers.Leniency.VALID, max_tries=20
        ):
            found[match.start, match.end] = Mention(match.start, match.end, "PHONE")
    return list(found.values())


_TOLD = re.compile(
    r"\b(?:phone|tel(?:ephone)?|mobile|cell|fax|call(?: me| back)?(?: on| at)?|callback|reach(?:able)?(?: me"
    r"| him| her)?(?: on| at| under)?|dial|ring|handy|whatsapp|contact number"
    r"|number is|hotline|sms|text me(?: on| at)?)\b[^\d+(\n]{0,24}(\+?\(?\d[\d ().\-/]{4,18}\d(?:,? ?(?:ext"
    r"(?:ension)?\.?|x) ?\d{1,6})?)(?![\w.-]*\d)",
    re.IGNORECASE,
)


def told_phones(document: Document) -> list[Mention]:
    """Numbers that are called so, whether or not they could be dialled."""
    return _find(document, "PHONE", _TOLD, group=1)


def extensions(document: Document) -> list[Mention]:
    """In-house numbers behind the word for them."""
    return _find(document, "PHONE", _EXTENSION, group=1)


def spoken_phones(document: Document) -> list[Mention]:
    """Six digits and more, said one by one."""
    return _find(document, "PHONE", _SPOKEN_NUMBER)


def cities(document: Document) -> list[Mention]:
    """Names on the list of cities."""
    return _find(document, "CITY", _CITY)


def countries(document: Document) -> list[Mention]:
    """Names on the lists of countries and regions."""
    return _find(document, "LOCATION", _COUNTRY)


def streets(document: Document) -> list[Mention]:
    """Streets with a number, as several languages write them."""
    return _find(document, "LOCATION", *_STREETS)


def rooms(document: Document) -> list[Mention]:
    """Rooms, floors, buildings with a number or letter."""
    return _find(document, "LOCATION", _ROOM)


def postcodes(document: Document) -> list[Mention]:
    """Postal codes with the state or city beside them, or in the British form."""
    found = [*_find(document, "LOCATION", _UK_POSTCODE), *_find(document, "LOCATION", _ZIP_CITY, group=1)]
    found += [m for group in (1, 2) for m in _find(document, "LOCATION", _STATE_ZIP, group=group)]
    return [*found, *_find(document, "LOCATION", _POSTCODE_WORD, group=1)]


def introduced_names(document: Document) -> list[Mention]:
    """Capitalised words behind a title, a greeting or what introduces a person."""
    found = [*_find(document, "PERSON_NAME", _CALLED, group=1), *_find(document, "PERSON_NAME", _CLOSING, group=1)]
    return [m for m in found if document.text[m.start : m.end].split(" ")[0] not in _NO_NAMES]


def listed_names(document: Document) -> list[Mention]:
    """Given names on the list, with the capitalised words behind them."""
    found = []
    for match in _GIVEN.finditer(document.text):
        last = _LAST.match(document.text, match.end())
        end = last.end() if last is not None and last[0].split()[-1] not in _NO_NAMES else match.end()
        while document.text[end - 1] in ".'’-":
            end -= 1
        found.append(Mention(match.start(), end, "PERSON_NAME"))
    return found


FUNCTIONS: tuple[LabellingFunction, ...] = (
    emails,
    odd_emails,
    spoken_emails,
    cards,
    masked_cards,
    last_four,
    spoken_cards,
    stamps,
    dates,
    expiry_dates,
    spoken_dates,
    phones,
    told_phones,
    extensions,
    spoken_phones,
    streets,
    rooms,
    postcodes,
    cities,
    countries,
    introduced_names,
    listed_names,
)
