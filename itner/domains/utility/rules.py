"""The table of rules that a report is checked against, as people edit it in `rules.yaml`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic.dataclasses import dataclass as validated

from itner.core.errors import InputError
from itner.domains.utility.entries import Entry, read_entries
from itner.domains.utility.quantities import dimension_of, to_si
from itner.domains.utility.wording import CITED, STANDARDS

TABLE = Path(__file__).with_name("rules.yaml")
Measure = Literal[
    "clearance", "separation", "depth", "cover", "height", "length", "diameter", "circumference", "radius", "voltage",
    "resistance", "temperature", "percent", "duration",
]  # fmt: skip
# What its unit is to be of; a length where a measure is not named.
_DIMENSIONS = {
    "voltage": "voltage", "resistance": "resistance", "temperature": "temperature", "percent": "share",
    "duration": "time",
}  # fmt: skip
_LIMIT = re.compile(r"([0-9]+(?:\.[0-9]+)?) ([^\W\d]\w*)")


@dataclass(frozen=True)
class Limit:
    """A least or greatest value, in the units of `itner.domains.utility.quantities.Quantity`, and as it is written."""

    value: float
    written: str


@validated(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class Rule:
    """A rule; the comments at the top of `rules.yaml` say what each key means."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    measure: Measure
    subject: list[str]
    over: list[str]
    voltage: Annotated[list[int], Field(min_length=2, max_length=2)] | None
    unless: list[str]
    standard: Annotated[list[str], Field(min_length=1)]
    limit: dict[Literal["min", "max"], str]
    source: Annotated[str, Field(min_length=1)]
    note: str

    @field_validator("subject", "over", "unless")
    @classmethod
    def _lower_case(cls, phrases: list[str]) -> list[str]:
        for phrase in phrases:
            if phrase != phrase.casefold() or not phrase.strip():
                raise ValueError(f"{phrase!r} is to be in lower case, and not empty")
        return phrases

    @field_validator("voltage")
    @classmethod
    def _from_low_to_high(cls, voltage: list[int] | None) -> list[int] | None:
        if voltage is not None and not 0 <= voltage[0] <= voltage[1]:
            raise ValueError(f"{voltage} is to be the lowest and the highest, in volts, none below 0")
        return voltage

    @field_validator("limit")
    @classmethod
    def _can_be_kept(cls, limit: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        if not limit:
            raise ValueError("a rule has a least value, a greatest one, or both")
        wanted = _DIMENSIONS.get(info.data.get("measure", ""), "length")
        values = {end: _read_limit(written, wanted) for end, written in limit.items()}
        if values.get("min", -math.inf) > values.get("max", math.inf):
            raise ValueError(f"no value is at least {limit['min']} and at most {limit['max']}; exchange them")
        return limit

    @property
    def least(self) -> Limit | None:
        """What a value is not to be below."""
        return self._limit("min")

    @property
    def greatest(self) -> Limit | None:
        """What a value is not to be above."""
        return self._limit("max")

    @property
    def dimension(self) -> str:
        """What kind of quantity the rule is about."""
        match = _LIMIT.fullmatch(next(iter(self.limit.values())))
        if match is None:
            raise ValueError(self.limit)
        return dimension_of(match[2])

    def _limit(self, end: Literal["min", "max"]) -> Limit | None:
        written = self.limit.get(end)
        match = _LIMIT.fullmatch(written) if written is not None else None
        return Limit(to_si(float(match[1]), match[2]), match[0]) if match is not None else None


def read_rules(path: Path = TABLE) -> tuple[Rule, ...]:
    """The rules of a table. InputError names the rule, the key and the line of what is wrong."""
    return _read(path, path.stat().st_mtime_ns if path.is_file() else 0)


@lru_cache(maxsize=4)
def _read(path: Path, modified_ns: int) -> tuple[Rule, ...]:
    entries = read_entries(path)
    rules = tuple(_make_rule(path, entry) for entry in entries)
    places: dict[str, Entry] = {}
    for rule, entry in zip(rules, entries, strict=True):
        first = places.setdefault(rule.id, entry)
        if first is not entry:
            raise InputError(
                f"the id {rule.id!r} is used twice, first in line {first.line}; change one", path=path, line=entry.line
            )
    return rules


def _make_rule(path: Path, entry: Entry) -> Rule:
    try:
        rule = Rule(**entry.values)
    except ValidationError as error:
        wrong = error.errors(include_url=False)
        told = "; ".join(
            f"`{'.'.join(map(str, each['loc']))}`: {_in_words(each['type'], each['msg'])}" for each in wrong
        )
        line = entry.lines.get(str(wrong[0]["loc"][0]), entry.line)
        raise InputError(f"{entry.name}: {told}", path=path, line=line) from None
    for name in rule.standard:
        if name not in STANDARDS:
            known = next((known for known, pattern in CITED.items() if pattern.match(name)), None)
            what = f"is written {known!r} here" if known is not None else "is no standard that a text can cite here"
            raise InputError(
                f"{entry.name}: `standard`: {name!r} {what}; the standards are {', '.join(STANDARDS)}",
                path=path,
                line=entry.lines["standard"],
            )
    return rule


def _in_words(kind: str, said: str) -> str:
    if kind in ("missing", "missing_argument"):
        return "is missing; every rule has it"
    if kind == "unexpected_keyword_argument":
        return f"is no key of a rule; these are {', '.join(field.name for field in fields(Rule))}"
    return said.removeprefix("Value error, ")


def _read_limit(written: str, dimension: str) -> float:
    match = _LIMIT.fullmatch(written)
    if match is None:
        raise ValueError(f"{written!r} is to be a number, a space and a unit, such as 18 ft")
    if (given := dimension_of(match[2])) != dimension:
        raise ValueError(f"{written!r} is a {given}, and the measure is a {dimension}")
    try:
        value = to_si(float(match[1]), match[2])
    except TypeError:
        # A difference of temperatures, for one, is no temperature.
        raise ValueError(f"{written!r} cannot be compared with what a text says; use another unit") from None
    if not math.isfinite(value):
        raise ValueError(f"{written[:20]!r}… is no number to compare with")
    return value
