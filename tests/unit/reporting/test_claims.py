from __future__ import annotations

from synthetic import PROVENANCE

from itner.records.claims import Claim, ClaimReport, Estimate, ModelRef, Step
from itner.reporting.claims import answer_of, claim_in_words, method_in_words

HASH = "ab" * 32


def step(apart: float, p: float, other: str = "small") -> Step:
    models = (ModelRef("large", "fp32", HASH), ModelRef(other, "fp32", HASH))
    changes = (Estimate(apart - 0.01, -0.2, 0.1), Estimate(-0.01, -0.05, 0.02), Estimate(apart, -0.2, 0.1))
    return Step(*models, *changes, p, 500, 400)


def claim(*steps: Step) -> Claim:
    return Claim("rarity", "Rare mentions suffer more", "rare", "frequent", "F1", steps)


def test_the_answer_is_what_the_steps_say() -> None:
    more, less, unclear = step(-0.06, 0.001), step(0.05, 0.002, "other"), step(-0.03, 0.2, "third")
    assert [answer_of(each) for each in (more, less, unclear)] == ["more", "less", "not measurably"]
    told = claim_in_words(claim(more, unclear))
    assert told.startswith("**In part**: in 1 of 2 steps. large · FP32 → small · FP32 changes F1 by -0.070 (")
    assert "(rare, 500 mentions) and -0.010 (-0.050 to +0.020) (frequent, 400)" in told
    assert claim_in_words(claim(more)).startswith("**Yes**, in all 1 steps")
    assert claim_in_words(claim(less, unclear)).startswith(
        "**The other way round** in 1 of 2 steps. large · FP32 → other"
    )
    assert claim_in_words(claim(more, less)).startswith("**Mixed**: 1 of 2 steps say so, 1 the other way round")
    assert claim_in_words(claim(unclear)).startswith("**Not shown**: none of 1 steps")


def test_how_it_was_tested_is_said() -> None:
    report = ClaimReport("it", "x", "test", HASH, HASH, 561, 2000, 0.95, (claim(step(0.0, 1.0)),), PROVENANCE)
    assert method_in_words(report).startswith("x test: 2,000 resamples of 561 texts, both models on the same;")
