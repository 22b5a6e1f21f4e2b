"""A second domain, which knows two words."""

from __future__ import annotations

from pathlib import Path

import pytest

from itner.core.labels import LabelScheme
from itner.core.types import Document, Mention
from itner.domains import registry
from itner.domains.registry import Domain, register


def fruit_names(document: Document) -> list[Mention]:
    """Apples and pears."""
    text = document.text
    return [
        Mention(text.index(word), text.index(word) + len(word), "FRUIT") for word in ("apple", "pear") if word in text
    ]


TOY = Domain(
    name="toy",
    title="fruit",
    scheme=LabelScheme("toy1", ("FRUIT", "PLACE")),
    rare_types=("PLACE",),
    guideline_file=Path(__file__),
    guidelines=("toy",),
    lexicons={},
    functions=(fruit_names,),
    corpora=(),
    colours={"FRUIT": "#AA3377"},
    sample="An apple.",
    examples={"Fruit": "An apple and a pear."},
)


def register_toy(monkeypatch: pytest.MonkeyPatch) -> Domain:
    """Make the domain known until the test ends."""
    monkeypatch.setattr(registry, "_known", dict(registry._known))
    register(TOY)
    return TOY
