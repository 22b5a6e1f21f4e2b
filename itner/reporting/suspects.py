"""Labels under suspicion in words and as rows."""

from __future__ import annotations

from collections.abc import Sequence

from itner.records.suspects import Found, PlantedTest, SuspectKind

# What people read.
KIND_WORDS: dict[SuspectKind, str] = {
    "missing": "missing",
    "spurious": "spurious",
    "type": "wrong type",
    "boundary": "wrong boundary",
    "boundary and type": "wrong boundary and type",
}


def found_in_words(found: Found | None) -> str:
    """A share with its interval, and the counts; a dash for what was not measured."""
    if found is None:
        return "–"
    low, high = found.interval
    return f"{found.share:.0%} [{low:.0%}, {high:.0%}] ({found.hits:,} of {found.of:,})"


def planted_in_words(test: PlantedTest) -> str:
    """How many of the planted errors are found, and how early."""
    return (
        f"planted with seed {test.seed}: {sum(test.planted.values()):,} errors ({test.share:.0%} of the mentions); "
        f"precision at 50 {found_in_words(test.precision(50))}, at 100 {found_in_words(test.precision(100))}, "
        f"recall at as many suspects {found_in_words(test.recall)}, "
        f"anywhere {found_in_words(test.recall_anywhere)}"
    )


def pool_tests(tests: Sequence[PlantedTest]) -> list[tuple[str, list[Found | None]]]:
    """What was measured, each with a value a test and that of all tests together, which counts their errors as one."""
    rows = [
        ("precision at 50", [test.precision(50) for test in tests]),
        ("precision at 100", [test.precision(100) for test in tests]),
        ("recall at as many suspects", [test.recall for test in tests]),
        ("recall anywhere", [test.recall_anywhere for test in tests]),
    ]
    return [(name, [*values, _pool(values)]) for name, values in rows]


def _pool(values: Sequence[Found | None]) -> Found | None:
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    return Found(sum(value.hits for value in known), sum(value.of for value in known))
