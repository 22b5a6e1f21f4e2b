"""Specifications for overhead and underground electric lines, and what follows from reports on them."""

from __future__ import annotations

from pathlib import Path

from itner.domains.registry import Corpus, Domain, Judging, Rulebook
from itner.domains.utility.examples import EXAMPLES, REPORTS
from itner.domains.utility.functions import FUNCTIONS
from itner.domains.utility.lexicons import EQUIPMENT, INSTALLATIONS, LOCATIONS, MATERIALS
from itner.domains.utility.release import RELEASE
from itner.domains.utility.scheme import RARE_TYPES, SCHEME


def _read_rulebook(table: Path | None) -> Rulebook:
    # Whoever only tags needs neither the table nor the library of units.
    from itner.domains.utility import reports
    from itner.domains.utility.rules import TABLE, read_rules

    rules = read_rules(table or TABLE)
    rows = tuple(
        {
            "rule": rule.id,
            "measure": rule.measure,
            "of": ", ".join(rule.subject) or "anything",
            "over or beside": ", ".join(rule.over),
            "voltage": f"{rule.voltage[0]:,} to {rule.voltage[1]:,} V" if rule.voltage is not None else "any",
            "at least": rule.limit.get("min", ""),
            "at most": rule.limit.get("max", ""),
            "standard": ", ".join(rule.standard),
            "left to a person with": ", ".join(rule.unless),
            "source": rule.source,
            "note": rule.note,
        }
        for rule in rules
    )
    return Rulebook(lambda text, mentions: reports.judge(text, mentions, rules), rows)


DOMAIN = Domain(
    name="utility",
    title="utility construction specifications",
    scheme=SCHEME,
    rare_types=RARE_TYPES,
    guideline_file=Path(__file__).with_name("guideline.md"),
    guidelines=("utility",),
    lexicons={"MATERIAL": MATERIALS, "INSTALLATION": INSTALLATIONS, "EQUIPMENT": EQUIPMENT, "LOCATION": LOCATIONS},
    functions=FUNCTIONS,
    corpora=(
        Corpus(
            "specifications",
            "embedded",
            "utility",
            path="utility/texts.txt",
            credit="The specifications are the project's own, in `data/utility/`.",
            limit="The specifications were written for the corpus; those of your own utility may differ.",
            scored="The sentences were written for this project; those of your utility may differ.",
        ),
        # The track of few: what forty sentences teach, chosen on ten.
        Corpus(
            "specifications-40",
            "embedded",
            "utility",
            path="utility/texts.txt",
            credit="The specifications are the project's own, in `data/utility/`.",
            limit="Trained on 40 sentences, to see how far these reach.",
            scored="The sentences were written for this project; those of your utility may differ.",
            few={"train": 40, "dev": 10},
        ),
    ),
    # Paul Tol's muted and bright sets, which stay apart under the common colour-vision deficiencies.
    colours={
        "EQUIPMENT": "#CC6677",
        "GRADE": "#DDCC77",
        "INSTALLATION": "#4477AA",
        "LOCATION": "#B2A100",
        "MATERIAL": "#AA4499",
        "MEASURE": "#117733",
        "SECTION": "#88CCEE",
        "SPECIFICATION": "#999933",
        "STANDARD": "#EE7733",
        "TEST": "#44AA99",
        "ZONE": "#882255",
    },
    sample="Supply conductors clear the street by 25 ft (G.O. 95, Table 1).",
    examples=EXAMPLES,
    tags=("utility", "specifications"),
    release=RELEASE,
    # On `infractions_dev`, `_hard` and `_long` the patterns decide more than a trained run does, as rightly.
    judging=Judging(_read_rulebook, REPORTS, finder=RELEASE.rules),
)
