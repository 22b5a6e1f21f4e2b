"""Personal data in support conversations, and what redaction hides of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from itner.core.types import Document
from itner.domains.pii.examples import EXAMPLES
from itner.domains.pii.functions import FUNCTIONS
from itner.domains.pii.lexicons import CITIES, COUNTRIES, GIVEN_NAMES, REGIONS
from itner.domains.pii.pseudonyms import pseudonym
from itner.domains.pii.release import RELEASE
from itner.domains.pii.scheme import PERSONAL, RARE_TYPES, SCHEME
from itner.domains.registry import Corpus, Domain


def _generate(seed: int) -> Mapping[str, list[Document]]:
    # Whoever only tags has no use for it, nor for the library that it draws from.
    from itner.domains.pii.generator import generate

    return generate(seed)


DOMAIN = Domain(
    name="pii",
    title="personal data in support conversations",
    scheme=SCHEME,
    rare_types=RARE_TYPES,
    guideline_file=Path(__file__).with_name("guideline.md"),
    guidelines=("personal",),
    lexicons={"CITY": CITIES, "LOCATION": (*COUNTRIES, *REGIONS), "PERSON_NAME": GIVEN_NAMES},
    functions=FUNCTIONS,
    corpora=(
        Corpus(
            "personal-made",
            "generated",
            "personal",
            credit="The training text is synthetic: templates of the project's own, filled with invented values.",
            limit="Trained on synthetic text; judge it on the hand-written texts, and on text of your own.",
            scored="The text is synthetic, from templates; texts that people write are harder.",
        ),
        Corpus(
            "personal",
            "embedded",
            "personal",
            path="pii/texts.txt",
            credit="The hand-written texts are the project's own, in `data/pii/`.",
            scored="The texts were written for this project; yours may differ.",
        ),
    ),
    # Okabe and Ito's set, which stays apart under the common colour-vision deficiencies.
    colours={
        "CITY": "#009E73",
        "CREDIT_CARD": "#D55E00",
        "DATE": "#CC79A7",
        "EMAIL": "#0072B2",
        "LOCATION": "#B2A100",
        "PERSON_NAME": "#E69F00",
        "PHONE": "#56B4E9",
    },
    sample="Ask Ingrid Halvorsen on +47 22 55 01 43 before 14 March.",
    examples=EXAMPLES,
    tags=("pii", "redaction"),
    release=RELEASE,
    personal=PERSONAL,
    generate=_generate,
    pseudonym=pseudonym,
)
