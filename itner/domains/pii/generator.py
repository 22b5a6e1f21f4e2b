"""Synthetic support utterances with personal data: templates of ours, filled with invented values.

Everything is drawn from one seed. Names, cities, hosts and templates of dev and test are held out: none of them occurs
in train. What fills a slot is a mention when the slot's type is one; the rest is text that looks alike and is none.
"""

from __future__ import annotations

import random
import re
import string
import unicodedata
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale

from itner.core.errors import InputError
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention, Token
from itner.domains.pii.lexicons import CITIES, COUNTRIES, REGIONS
from itner.domains.pii.words import ORDINALS, TEENS, TENS, UNITS

SIZES = {"train": 1000, "dev": 200, "test": 200}
_TEMPLATES = Path(__file__).with_name("templates.txt")
_LOCALES = (
    "en_US", "en_GB", "en_IE", "en_IN", "en_AU", "en_CA", "en_NZ", "en_KE", "en_NG", "en_PK", "en_TH", "de_DE",
    "de_AT", "de_CH", "fr_FR", "fr_BE", "fr_DZ", "es_ES", "es_MX", "es_CL", "es_CO", "it_IT", "nl_NL", "nl_BE",
    "sv_SE", "no_NO", "da_DK", "fi_FI", "is_IS", "pl_PL", "cs_CZ", "sk_SK", "sl_SI", "hu_HU", "lt_LT", "lv_LV",
    "et_EE", "pt_PT", "pt_BR", "ro_RO", "hr_HR", "tr_TR", "ga_IE", "uz_UZ", "id_ID", "vi_VN", "ha_NG", "ig_NG",
    "yo_NG", "sw", "zu_ZA", "tw_GH",
)  # fmt: skip
# So many of them, the first ones, are of countries where English is spoken.
_ENGLISH = 11
_SLOT = re.compile(r"\{\{|\}\}|\{(\w+)(?::(\d))?\}")
_DAYS = (*ORDINALS, *(f"twenty {ordinal}" for ordinal in ORDINALS[:9]), "thirtieth", "thirty first")
_ENGLISH_NAMES = Locale.parse("en")
_MONTHS = tuple(_ENGLISH_NAMES.months["format"]["wide"].values())
_WEEKDAYS = tuple(_ENGLISH_NAMES.days["format"]["wide"][day] for day in range(7))
_FILLERS = ("um", "uh", "er", "uhm", "erm", "hm")
_GREETINGS = ("hi", "hello", "good morning", "good afternoon", "hey", "morning all", "hi there")
_PRODUCTS = (
    "Jenkins", "Norton 360", "McAfee Agent", "Sage 50", "Outlook 2021", "SQL Server 2022", "Windows Server 2016",
    "Jira", "Teams", "Grafana", "Kibana", "Ansible", "Sophos Central", "Office 2019", "AutoCAD 2024",
    "Dell Latitude 5440", "HP Z2", "Watson Assistant", "Salesforce", "SAP GUI", "Visual Studio 2022", "Alexa",
    "Siri", "Ada", "Claude", "Julia", "Ruby",
)  # fmt: skip
_COMPANIES = (
    "Northwind", "Contoso", "Siemens", "Johnson Controls", "Ernst & Young", "Mercedes", "Bank of Boston",
    "Baker Hughes", "Morgan Stanley", "Wells Fargo", "Marks and Spencer", "Berliner Volksbank", "Dell",
    "Hewlett Packard", "Levi Strauss", "Allianz", "Philips", "Ford", "Bosch", "Otis", "Zeiss", "Ricoh",
    "Vodafone", "Telekom",
)  # fmt: skip
_HOST_PARTS = (
    "paris",
    "berlin",
    "oslo",
    "thor",
    "anna",
    "mars",
    "db",
    "web",
    "mail",
    "print",
    "dc",
    "vpn",
    "edge",
    "leeds",
)
_ERRORS = ("0x80070057", "ORA-01017", "HTTP 503", "E1204", "AADSTS50053", "ERR_CONNECTION_RESET", "SIP 486", "PAM-7")
_BUILDINGS = ("Building", "building", "Block", "Warehouse", "Hall", "Tower", "Ward", "Gate", "Unit", "Wing")
# A 9 is any digit.
_PHONES = (
    "+1 999 555 9999", "(999) 555-9999", "999-555-9999", "+44 20 7946 0999", "020 7946 0999", "07700 900999",
    "+44 (0)161 496 0999", "+49 30 9999 9999", "0999 / 999999", "0999-9999999", "+33 1 99 99 99 99",
    "06 99 99 99 99", "+46 8 999 99 99", "+91 99999 99999", "+234 809 999 9999", "0041 999 999999",
    "0049 999 999999", "+39999999999", "+48999999999", "555-9999", "999.555.9999", "+55 11 99999-9999",
    "0800 999 999",
)  # fmt: skip
_TOP_LEVELS = ("com", "org", "net", "de", "co.uk", "fr", "io", "edu", "example", "es", "nl", "se")


@dataclass(frozen=True)
class Template:
    """A line of `templates.txt`."""

    split: str
    style: str
    text: str


@dataclass
class Person:
    """Who the slots of one number speak of."""

    first: str
    last: str
    domain: str
    user: str = field(default="")

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"


def read_templates() -> list[Template]:
    """The templates that ship, in the order of their file; ValueError names the line of what is none."""
    templates = []
    split = style = ""
    for number, line in enumerate(_TEMPLATES.read_text(encoding="utf-8").split("\n"), start=1):
        if line.startswith("## "):
            split, _, style = (part.strip() for part in line[3:].partition("|"))
            if split not in SIZES:
                raise ValueError(f"{_TEMPLATES.name}, line {number}: no split {split!r}")
        elif line.strip():
            unknown = {match[1] for match in _SLOT.finditer(line) if match[1]} - SLOTS.keys()
            if unknown:
                raise ValueError(f"{_TEMPLATES.name}, line {number}: unknown slots {sorted(unknown)}")
            templates.append(Template(split, style, line.replace(r"\n", "\n").replace(r"\t", "\t")))
    return templates


def generate(seed: int) -> dict[str, list[Document]]:
    """The splits, `SIZES` utterances each; the same for the same seed and version of Faker.

    InputError without Faker.
    """
    templates = read_templates()
    splits = {}
    for split, size in SIZES.items():
        own = [template for template in templates if template.split == split]
        drawn = random.Random(f"{seed} {split}")
        filler = _Filler(drawn, split)
        # Every template is used before one is used again.
        order = [number for _ in range(-(-size // len(own))) for number in drawn.sample(range(len(own)), len(own))]
        documents: list[Document] = []
        seen: set[str] = set()
        for number in order:
            for _ in range(20):
                text, mentions = filler.fill(own[number])
                if text not in seen:
                    break
            if text in seen:
                continue
            seen.add(text)
            documents += _documents(text, mentions, f"{split}-{len(seen):05d}")
            if len(seen) == size:
                break
        splits[split] = documents
    return splits


def _documents(text: str, mentions: Sequence[Mention], id: str) -> list[Document]:
    """A document for each line, as taggers read them."""
    documents = []
    start = 0
    for number, line in enumerate(text.split("\n"), start=1):
        end = start + len(line)
        own = [Mention(m.start - start, m.end - start, m.type) for m in mentions if start <= m.start < end]
        tokens = split_tokens(line)
        if tokens:
            marked = tuple(take_whole_words(own, tokens))
            documents.append(Document(line, tokens, marked, f"{id}.{number}", "generated", group=id))
        start = end + 1
    return documents


def take_whole_words(mentions: Sequence[Mention], tokens: Sequence[Token]) -> list[Mention]:
    """Mentions with the words that they begin and end in; what then overlaps is one of the last one's type."""
    whole: list[Mention] = []
    for mention in mentions:
        inside = [token for token in tokens if token.start < mention.end and mention.start < token.end]
        start, end = inside[0].start, inside[-1].end
        if whole and start < whole[-1].end:
            start, end = whole[-1].start, max(end, whole.pop().end)
        whole.append(Mention(start, end, mention.type))
    return whole


def is_held_out(split: str, value: str) -> bool:
    """Whether a name may occur in a split: eight in ten are train's, the rest dev's and test's, each for itself."""
    place = zlib.crc32(value.casefold().encode()) % 10
    return {"train": place < 8, "dev": place == 8, "test": place == 9}[split]


class _Filler:
    """Fills templates of one split with what is drawn from `drawn`."""

    def __init__(self, drawn: random.Random, split: str):
        self.drawn = drawn
        self.split = split
        self.people: dict[str, Person] = {}
        self.locale = "en_US"
        self.spoken = False
        self.shape: Callable[[str], str] = str

    @property
    def fake(self) -> Any:
        """Faker in the current locale, drawing from the same source."""
        return self.fake_of(self.locale)

    def fake_of(self, locale: str) -> Any:
        """Faker in a locale, drawing from the same source."""
        made = _faker(locale)
        made.random = self.drawn
        return made

    def fill(self, template: Template) -> tuple[str, list[Mention]]:
        """A text, and its mentions."""
        self.people = {}
        self.spoken = template.style == "asr"
        # Nobody presses shift in a chat, and forms are filled in capitals.
        careless = {"chat": 0.35, "asr": 1.0, "phone": 0.1, "ticket": 0.05}.get(template.style, 0.0)
        loud = {"form": 0.2, "table": 0.1, "csv": 0.1}.get(template.style, 0.0)
        draw = self.drawn.random()
        self.shape = str.lower if draw < careless else str.upper if draw > 1 - loud else str
        # Half of all texts are of English-speaking countries.
        self.locale = self.drawn.choice(_LOCALES[:_ENGLISH] if self.drawn.random() < 0.4 else _LOCALES)
        parts: list[str] = []
        mentions: list[Mention] = []
        length = end = 0
        for match in _SLOT.finditer(template.text):
            literal = template.text[end : match.start()]
            end = match.end()
            if match[0] in ("{{", "}}"):
                value, kind = match[0][0], None
            else:
                slot = SLOTS[match[1]]
                value, kind = slot.fill(self, match[2] or f"alone {match.start()}"), slot.type
            parts += [literal, value]
            length += len(literal)
            if kind is not None:
                mentions.append(Mention(length, length + len(value), kind))
            length += len(value)
        return "".join(parts) + template.text[end:], mentions

    def person(self, key: str) -> Person:
        """The person that the slots of this number speak of."""
        if key not in self.people:
            first, last = self.held(lambda: self.fake.first_name()), self.held(lambda: self.fake.last_name())
            joint = self.drawn.random()
            if joint < 0.06:
                last = f"{last}-{self.held(lambda: self.fake.last_name())}"
            elif joint < 0.09:
                first = f"{first}-{self.held(lambda: self.fake.first_name())}"
            domain = self.held(lambda: _plain(self.fake.domain_word()))
            made = Person(first, last, f"{domain}.{self.drawn.choice(_TOP_LEVELS)}")
            given, family = _plain(made.first), _plain(made.last)
            made.user = self.drawn.choice(
                (
                    f"{given}.{family}",
                    f"{given[0]}.{family}",
                    f"{given}_{family}",
                    f"{given}{family[0]}",
                    f"{family}{given[0]}",
                )
                if self.drawn.random() < 0.8
                else (f"{given}{self.drawn.randrange(60, 99)}", f"{given}.{family}+it", "info", f"{family}-{given}")
            )
            self.people[key] = made
        return self.people[key]

    def held(self, draw: Callable[[], str]) -> str:
        """Something that occurs in no other split."""
        for attempt in range(10_000):
            value = draw()
            if is_held_out(self.split, value):
                return value
            if attempt % 200 == 199:
                # A small country's list may hold none.
                self.locale = self.drawn.choice(_LOCALES)
        raise RuntimeError("the library has no value left for this split")

    def digits(self, count: int) -> str:
        """So many digits."""
        return "".join(self.drawn.choice(string.digits) for _ in range(count))

    def case(self, value: str) -> str:
        """As whoever writes in the template's style would."""
        return self.shape(value)

    def say_digits(self, digits: str) -> str:
        """Digit by digit, with fillers and doubles now and then."""
        words: list[str] = []
        zero = self.drawn.choice(("zero", "oh", "zero"))
        index = 0
        while index < len(digits):
            if digits[index : index + 2] == digits[index] * 2 and self.drawn.random() < 0.4:
                words += ["double", UNITS[int(digits[index])]]
                index += 2
                continue
            words.append(zero if digits[index] == "0" else UNITS[int(digits[index])])
            index += 1
            if self.drawn.random() < 0.04 and index < len(digits):
                words.append(self.drawn.choice(_FILLERS))
        return " ".join(words)

    def day(self) -> date:
        """A day in the last hundred years, most of them of late."""
        if self.drawn.random() < 0.3:
            return date(1940, 1, 1) + timedelta(days=self.drawn.randrange(25_000))
        return date(2019, 1, 1) + timedelta(days=self.drawn.randrange(3_000))


@dataclass(frozen=True)
class Slot:
    """What fills a slot: a mention's type or None, and how it is drawn for the person of a number."""

    type: str | None
    fill: Callable[[_Filler, str], str]


def _plain(value: str) -> str:
    plain = unicodedata.normalize("NFKD", value.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain) or "anon"


@cache
def _faker(locale: str) -> Any:
    try:
        from faker import Factory
    except ModuleNotFoundError:
        raise InputError("synthetic text needs the package Faker: pip install Faker") from None
    return Factory.create(locale)


def _name(filler: _Filler, key: str) -> str:
    person = filler.person(key)
    shape = filler.drawn.random()
    if shape < 0.12:
        return filler.case(person.first)
    if shape < 0.2:
        middle = filler.drawn.choice(string.ascii_uppercase)
        return filler.case(f"{person.first} {middle}{'' if filler.spoken else '.'} {person.last}")
    return filler.case(person.name)


def _email(filler: _Filler, key: str) -> str:
    person = filler.person(key)
    address = f"{person.user}@{person.domain}"
    return address.upper() if filler.drawn.random() < 0.04 else address


def _email_odd(filler: _Filler, key: str) -> str:
    person = filler.person(key)
    at = filler.drawn.choice((" (at) ", "(at)", " [at] ", " AT ", "{at}", " at "))
    dot = filler.drawn.choice((".", " dot ", " (dot) ", "[dot]", "."))
    return f"{person.user.replace('+', '.')}{at}{person.domain.replace('.', dot)}"


def _email_spoken(filler: _Filler, key: str) -> str:
    person = filler.person(key)
    said = {".": " dot ", "_": " underscore ", "-": " dash ", "+": " plus "}
    user = "".join(said.get(char, char) for char in re.sub(r"(\d)", r" \1", person.user))
    noise = f" {filler.drawn.choice(_FILLERS)}" if filler.drawn.random() < 0.25 else ""
    return " ".join(f"{user}{noise} at {person.domain.replace('.', ' dot ')}".split())


def _put_digits(drawn: random.Random, form: str) -> str:
    """The form with a digit in place of each 9, a letter of each A and a hex digit of each h."""
    put = {"9": string.digits, "A": string.ascii_uppercase, "h": "0123456789abcdef"}
    return "".join(drawn.choice(put[char]) if char in put else char for char in form)


def _phone(filler: _Filler, key: str) -> str:
    draw = filler.drawn
    if draw.random() < 0.5:
        # Without an extension, which en_US appends, and without what no keypad has.
        number = str(filler.fake.phone_number()).split("x")[0].strip()
        if sum(char.isdigit() for char in number) >= 7:
            return number
    return _put_digits(draw, draw.choice(_PHONES))


def _phone_ext(filler: _Filler, key: str) -> str:
    mark = filler.drawn.choice((" ext. ", " ext ", " x", " extension ", ", ext. "))
    return f"{_phone(filler, key)}{mark}{filler.digits(filler.drawn.choice((2, 3, 4)))}"


def _phone_spoken(filler: _Filler, key: str) -> str:
    draw = filler.drawn
    said = filler.say_digits(filler.digits(draw.choice((7, 10, 10, 11))))
    if draw.random() < 0.3:
        code = str(draw.choice((44, 49, 33, 1, 91, 31, 46)))
        said = f"plus {_say_number(int(code)) if draw.random() < 0.4 else filler.say_digits(code)} {said}"
    if draw.random() < 0.2:
        said += f" extension {filler.say_digits(filler.digits(draw.choice((2, 3, 4))))}"
    return said


def _card(filler: _Filler, plain: bool = False) -> str:
    digits = re.sub(r"\D", "", str(filler.fake.credit_card_number()))
    if filler.drawn.random() < 0.3:
        # One digit more than is right: no card passes the check then.
        digits = digits[:-1] + str((int(digits[-1]) + filler.drawn.randrange(1, 10)) % 10)
    if plain:
        return digits
    sizes = (4, 6, 5) if len(digits) == 15 else (4, 4, 4, 4, 4)
    groups, start = [], 0
    for size in sizes:
        if digits[start : start + size]:
            groups.append(digits[start : start + size])
        start += size
    return filler.drawn.choice((" ", " ", "-")).join(groups)


def _card_masked(filler: _Filler, key: str) -> str:
    last = filler.digits(4)
    return filler.drawn.choice(
        (
            f"**** **** **** {last}",
            f"XXXX-XXXX-XXXX-{last}",
            f"************{last}",
            f"xxxx xxxx xxxx {last}",
            f"{filler.digits(4)} **** **** {last}",
        )
    )


def _say_number(value: int) -> str:
    if value < 10:
        return UNITS[value]
    if value < 20:
        return TEENS[value - 10]
    return TENS[value // 10 - 2] + (f" {UNITS[value % 10]}" if value % 10 else "")


def _say_year(filler: _Filler, year: int) -> str:
    if 2000 <= year < 2010:
        return f"two thousand{filler.drawn.choice((' and', ''))} {UNITS[year % 10]}" if year % 10 else "two thousand"
    low = year % 100
    return f"{_say_number(year // 100)} {_say_number(low) if low > 9 else f'oh {UNITS[low]}'}"


def _date_spoken(filler: _Filler, key: str) -> str:
    day = filler.day()
    ordinal, month = _DAYS[day.day - 1], _MONTHS[day.month - 1].lower()
    said = filler.drawn.choice(
        (f"the {ordinal} of {month}", f"{month} the {ordinal}", f"{month} {ordinal}", f"{ordinal} of {month}")
    )
    return said if filler.drawn.random() < 0.4 else f"{said} {_say_year(filler, day.year)}"


def _suffix(day: int) -> str:
    return "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _date_long(filler: _Filler, key: str) -> str:
    day, draw = filler.day(), filler.drawn
    month = _MONTHS[day.month - 1]
    forms = (
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{day.day}{_suffix(day.day)} of {month} {day.year}",
        f"{day.day}{_suffix(day.day)} {month}",
    )
    written = draw.choice(forms)
    return f"{_WEEKDAYS[day.weekday()]}, {written}" if draw.random() < 0.5 else written


def _date_short(filler: _Filler, key: str) -> str:
    day = filler.day()
    month = _MONTHS[day.month - 1]
    short = month if len(month) < 5 else month[:3]
    return filler.drawn.choice(
        (
            f"the {day.day}{_suffix(day.day)}",
            month,
            f"{day.day:02d}.{day.month:02d}.",
            f"{day.day}/{day.month}",
            f"{day.day} {short}",
            f"{short} {day.day}",
            f"{day.day} {month}",
            f"{month} {day.day}{_suffix(day.day)}",
            f"{day.day:02d}-{short}-{day.year}",
        )
    )


def _date_any(filler: _Filler, key: str) -> str:
    draws = (_date_iso, _date_us, _date_eu, _date_long, _date_short, _month_year)
    return filler.drawn.choices(draws, (2, 2, 3, 3, 3, 1))[0](filler, key)


def _date_iso(filler: _Filler, key: str) -> str:
    return filler.day().isoformat()


def _date_us(filler: _Filler, key: str) -> str:
    day = filler.day()
    return filler.drawn.choice(
        (
            f"{day.month}/{day.day}/{day.year}",
            f"{day.month:02d}/{day.day:02d}/{day.year}",
            f"{day.month}/{day.day}/{day.year % 100:02d}",
        )
    )


def _date_eu(filler: _Filler, key: str) -> str:
    day = filler.day()
    return filler.drawn.choice(
        (
            f"{day.day:02d}.{day.month:02d}.{day.year}",
            f"{day.day}.{day.month}.{day.year}",
            f"{day.day:02d}/{day.month:02d}/{day.year}",
            f"{day.day:02d}-{day.month:02d}-{day.year}",
        )
    )


def _month_year(filler: _Filler, key: str) -> str:
    day = filler.day()
    month = _MONTHS[day.month - 1]
    return f"{filler.drawn.choice((month, month[:3]))} {day.year}"


def _expiry(filler: _Filler, key: str) -> str:
    month, year = filler.drawn.randrange(1, 13), filler.drawn.randrange(2024, 2033)
    return filler.drawn.choice(
        (f"{month:02d}/{year % 100}", f"{month:02d}/{year}", f"{month:02d}-{year}", f"{month}/{year % 100}")
    )


def _city(filler: _Filler, key: str) -> str:
    def draw() -> str:
        if filler.drawn.random() < 0.6:
            return filler.drawn.choice(CITIES)
        # The libraries of these countries hold towns that are real.
        return str(filler.fake_of(filler.drawn.choice(("de_DE", "pl_PL", "en_IN", "hr_HR", "ro_RO"))).city())

    while True:
        value = filler.held(draw)
        if not re.search(r"[\d(/]", value):
            return filler.case(value)


def _street(filler: _Filler, key: str) -> str:
    if filler.drawn.random() < 0.06:
        box = filler.drawn.choice(("P.O. Box", "PO Box", "Box", "Postfach"))
        return filler.case(f"{box} {filler.drawn.randrange(9, 9999)}")
    while True:
        value = str(filler.fake.street_address()).split("\n")[0]
        value = re.split(r",? (?:Apt|Suite|Studio|Flat|Unit|Edif|Interno|m\.|Piso|Zi)\b\.?", value)[0].strip(" ,")
        if re.search(r"\d", value) and len(value) < 50:
            return filler.case(value)


def _state(filler: _Filler, key: str) -> str:
    made = filler.fake_of("en_US")
    return filler.case(str(made.state() if filler.drawn.random() < 0.4 else made.state_abbr(include_territories=False)))


def _postcode(filler: _Filler, key: str) -> str:
    return str(filler.fake.postcode())


def _room(filler: _Filler, key: str) -> str:
    draw = filler.drawn
    number = draw.choice(
        (
            filler.digits(3),
            f"{draw.randrange(1, 9)}.{draw.randrange(10, 40)}",
            f"{draw.choice('ABCD')}{draw.randrange(100, 400)}",
            f"{draw.choice('ABC')}-{draw.randrange(10, 99)}",
        )
    )
    return filler.case(
        draw.choice(
            (
                f"room {number}",
                f"Room {number}",
                f"office {number}",
                f"desk {number}",
                f"floor {draw.randrange(1, 30)}",
                f"{draw.randrange(2, 9)}th floor",
                f"suite {number}",
            )
        )
    )


def _building(filler: _Filler, key: str) -> str:
    draw = filler.drawn
    mark = draw.choice((draw.choice("ABCDEFGH"), str(draw.randrange(1, 40))))
    return filler.case(f"{draw.choice(_BUILDINGS)} {mark}")


def _with_digits(*forms: str) -> Callable[[_Filler, str], str]:
    """One of the forms, filled."""
    return lambda filler, key: _put_digits(filler.drawn, filler.drawn.choice(forms))


def _one_of(values: Sequence[str]) -> Callable[[_Filler, str], str]:
    return lambda filler, key: filler.case(filler.drawn.choice(values))


def _host(filler: _Filler, key: str) -> str:
    parts = filler.drawn.sample(_HOST_PARTS, 2)
    return (
        f"{parts[0]}-{parts[1]}-{filler.drawn.randrange(1, 20):02d}"
        if filler.drawn.random() < 0.7
        else f"srv{parts[0]}{filler.drawn.randrange(1, 9)}"
    )


SLOTS: dict[str, Slot] = {
    "name": Slot("PERSON_NAME", _name),
    "first": Slot("PERSON_NAME", lambda filler, key: filler.case(filler.person(key).first)),
    "last": Slot("PERSON_NAME", lambda filler, key: filler.case(filler.person(key).last)),
    "last_first": Slot("PERSON_NAME", lambda f, key: f.case(f"{f.person(key).last}, {f.person(key).first}")),
    "initial_last": Slot("PERSON_NAME", lambda f, key: f.case(f"{f.person(key).first[0]}. {f.person(key).last}")),
    "spelled": Slot("PERSON_NAME", lambda f, key: " ".join(_plain(f.person(key).last))),
    "email": Slot("EMAIL", _email),
    "email_odd": Slot("EMAIL", _email_odd),
    "email_spoken": Slot("EMAIL", _email_spoken),
    "phone": Slot("PHONE", _phone),
    "phone_ext": Slot("PHONE", _phone_ext),
    "phone_spoken": Slot("PHONE", _phone_spoken),
    "ext": Slot("PHONE", lambda filler, key: filler.digits(filler.drawn.choice((2, 3, 4, 4)))),
    "card": Slot("CREDIT_CARD", lambda filler, key: _card(filler)),
    "card_plain": Slot("CREDIT_CARD", lambda filler, key: _card(filler, plain=True)),
    "card_masked": Slot("CREDIT_CARD", _card_masked),
    "card_last4": Slot("CREDIT_CARD", lambda filler, key: filler.digits(4)),
    "card_spoken": Slot("CREDIT_CARD", lambda filler, key: filler.say_digits(_card(filler, plain=True))),
    "date": Slot("DATE", _date_any),
    "date_iso": Slot("DATE", _date_iso),
    "date_us": Slot("DATE", _date_us),
    "date_eu": Slot("DATE", _date_eu),
    "date_long": Slot("DATE", _date_long),
    "date_short": Slot("DATE", _date_short),
    "month_year": Slot("DATE", _month_year),
    "year": Slot("DATE", lambda filler, key: str(filler.day().year)),
    "expiry": Slot("DATE", _expiry),
    "date_spoken": Slot("DATE", _date_spoken),
    "city": Slot("CITY", _city),
    "country": Slot("LOCATION", _one_of(COUNTRIES)),
    "state": Slot("LOCATION", _state),
    "region": Slot("LOCATION", _one_of(REGIONS)),
    "street": Slot("LOCATION", _street),
    "postcode": Slot("LOCATION", _postcode),
    "room": Slot("LOCATION", _room),
    "building": Slot("LOCATION", _building),
    "order": Slot(None, _with_digits("999-9999999-9999999", "99999999", "ORD-999999", "A999999", "9999-9999-99")),
    "ticket": Slot(None, _with_digits("INC0999999", "#999999", "T-99999", "REQ9999999", "999999")),
    "invoice": Slot(None, _with_digits("INV-2024-99999", "R9999999", "2023/9999", "99-9999-99")),
    "serial": Slot(None, _with_digits("5CD999AAAA", "AA99-9999-99AA", "9999999999", "C0AA99AAAA9A")),
    "asset": Slot(None, _with_digits("AT-99999", "PC9999", "A-9999-99")),
    "customer": Slot(None, _with_digits("99999999", "K-999999", "9999 9999 99", "CU999999999")),
    "version": Slot(None, _with_digits("9.99.9", "99.9.9999", "v9.9", "2023.9.9", "12.10.9", "4.18.0-999")),
    "build": Slot(None, _with_digits("99999.9999", "2024.09.99", "20239999.9", "1999")),
    "ip": Slot(None, _with_digits("10.99.9.99", "192.168.9.99", "172.16.99.9", "fe80::hhhh:hhff:fehh:hhhh")),
    "mac": Slot(None, _with_digits("hh:hh:hh:hh:hh:hh", "hh-hh-hh-hh-hh-hh", "hhhh.hhhh.hhhh")),
    "amount": Slot(None, _with_digits("9,999.99", "99.99 EUR", "$999", "9.999,99", "99 GB", "£99.99")),
    "time": Slot(None, _with_digits("09:99", "19:99:99", "9 am", "14:99", "8.99 pm")),
    "pin": Slot(None, _with_digits("9999", "999999")),
    "cvc": Slot(None, _with_digits("999", "9999")),
    "tracking": Slot(
        None, _with_digits("1Z999AA99999999999", "JD9999999999999999", "9999 9999 9999 9999 9999 99", "AA999999999DE")
    ),
    "iban": Slot(
        None, _with_digits("DE99 9999 9999 9999 9999 99", "GB99AAAA99999999999999", "FR9999999999999999999999999")
    ),
    "errorcode": Slot(None, _one_of(_ERRORS)),
    "host": Slot(None, _host),
    "user": Slot(None, lambda f, key: f"{_plain(f.person(key).first)[0]}{_plain(f.person(key).last)}"[:12]),
    "weekday": Slot(None, _one_of(_WEEKDAYS)),
    "product": Slot(None, _one_of(_PRODUCTS)),
    "company": Slot(None, _one_of(_COMPANIES)),
    "age": Slot(None, lambda filler, key: str(filler.drawn.randrange(18, 90))),
    "uuid": Slot(None, _with_digits("hhhhhhhh-hhhh-4hhh-ahhh-hhhhhhhhhhhh")),
    "hash": Slot(None, _with_digits("hhhhhhhhhhhh", "md5:hhhhhhhhhhhhhhhhhhhhhhhh")),
    "url": Slot(None, _with_digits("https://intranet.example/kb/9999", "http://status.example/i/hhhhhh")),
    "percent": Slot(None, _with_digits("99%", "9.9%")),
    "filler": Slot(None, _one_of(_FILLERS)),
    "greeting": Slot(None, _one_of(_GREETINGS)),
}
