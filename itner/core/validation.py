"""What every validated dataclass shares: strictness, common field types, and errors in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import ConfigDict, Field, ValidationError

# Unknown keys and wrong types are errors that name the key; NaN and infinity are no numbers of ours.
STRICT = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True)

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
# Of a run, a dataset or a variant: no path, and nothing that could mean something in Markdown but an underscore.
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
Name = Annotated[str, Field(pattern=f"^{NAME}$")]
# Nothing that is counted or measured here is more than this; what is beyond only breaks arithmetic and axes.
_MOST = 10**15
Positive = Annotated[int, Field(gt=0, le=_MOST)]
NonNegative = Annotated[int, Field(ge=0, le=_MOST)]
Share = Annotated[float, Field(ge=0, le=1)]
PositiveAmount = Annotated[float, Field(gt=0, le=_MOST)]
Amount = Annotated[float, Field(ge=0, le=_MOST)]
# Of an entity type, as labels write it behind B- and I-: words, no control characters, no mark-up.
TYPE = r"[^\x00-\x1f<>]{1,64}"
TypeName = Annotated[str, Field(pattern=f"^{TYPE}$")]
# Free words of a record, which stand on pages and in tables.
Words = Annotated[str, Field(max_length=1000)]


def describe(error: ValidationError, names: Mapping[str, str] | None = None) -> str:
    """A validation error in one line: each offending key with what is wrong with it.

    Args:
        names: what keys are called where the values were given, such as options.
    """
    parts = []
    for item in error.errors(include_url=False):
        key = ".".join(str(part) for part in item["loc"])
        # What a rule over several keys says stands by itself.
        message = item["msg"].removeprefix("Value error, ")
        if names is not None:
            parts.append(": ".join(filter(None, (names.get(key, key), message))))
        else:
            parts.append(f"{key or 'value'}: {message}")
    return "; ".join(parts)
