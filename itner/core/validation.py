"""What every validated dataclass shares: strictness, common field types, and errors in one line."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, ValidationError

# Unknown keys and wrong types are errors that name the key; NaN and infinity are no numbers of ours.
STRICT = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True)

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
# Of a run, a dataset or a variant: no path, and nothing that could mean something in Markdown but an underscore.
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
Name = Annotated[str, Field(pattern=f"^{NAME}$")]
Positive = Annotated[int, Field(gt=0)]
NonNegative = Annotated[int, Field(ge=0)]


def describe(error: ValidationError) -> str:
    """A validation error in one line: each offending key with what is wrong with it."""
    parts = []
    for item in error.errors(include_url=False):
        key = ".".join(str(part) for part in item["loc"]) or "value"
        parts.append(f"{key}: {item['msg']}")
    return "; ".join(parts)
