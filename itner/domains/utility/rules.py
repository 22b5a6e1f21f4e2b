"""The table of rules that a report is checked against, as people edit it in `rules.yaml`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, field_validator
from pydantic.dataclasses import dataclass as validated

from itner.core.errors import InputError
from itner.core.validation import describe
from itner.domains.utility.quantities import dimension_of, to_si

TABLE = Path(__file__).with_name("rules.yaml")
Measure = Literal[
    "clearance", "separation", "depth", "cover", "height", "length", "diameter", "circumference", "radius", "voltage",
    "resistance", "temperature", "percent", "duration",
]  # fmt: skip
_LIMIT = re.compile(r"(\d+(?:\.\d+)?) (\w+)")


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
    standard: Annotated[list[str], Field(min_length=1)]
    limit: dict[Literal["min", "max"], str]
    source: Annotated[str, Field(min_length=1)]
    note: str

    @field_validator("subject", "over")
    @classmethod
    def _lower_case(cls, phrases: list[str]) -> list[str]:
        for phrase in phrases:
            if phrase != phrase.casefold() or not phrase.strip():
                raise ValueError(f"{phrase!r} is to be in lower case, and not empty")
        return phrases

    @field_validator("limit")
    @classmethod
    def _has_units(cls, limit: dict[str, str]) -> dict[str, str]:
        if not limit:
            raise ValueError("a rule has a least value, a greatest one, or both")
        for written in limit.values():
            match = _LIMIT.fullmatch(written)
            if match is None:
                raise ValueError(f"{written!r} is to be a number, a space and a unit")
            dimension_of(match[2])
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


_RULES = TypeAdapter(list[Rule])


def read_rules(path: Path = TABLE) -> tuple[Rule, ...]:
    """The rules of a table. InputError names the rule and the key of what is wrong."""
    return _read(path, path.stat().st_mtime_ns if path.is_file() else 0)


@lru_cache(maxsize=4)
def _read(path: Path, modified_ns: int) -> tuple[Rule, ...]:
    try:
        import yaml
    except ModuleNotFoundError:
        raise InputError("rules need the package PyYAML: pip install pyyaml") from None
    if not path.is_file():
        raise InputError("no such table of rules", path=path)
    try:
        rules = _RULES.validate_json(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))
    except yaml.YAMLError as error:
        mark: Mapping[str, int] | None = getattr(error, "problem_mark", None)
        raise InputError("not YAML", path=path, line=getattr(mark, "line", 0) + 1) from None
    except ValidationError as error:
        raise InputError(describe(error), path=path) from None
    ids = [rule.id for rule in rules]
    if twice := next((name for name in ids if ids.count(name) > 1), None):
        raise InputError(f"the id {twice} is used twice", path=path)
    return tuple(rules)
