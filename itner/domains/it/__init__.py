"""IT-support text: errors, hardware, operating systems, software, versions."""

from __future__ import annotations

from pathlib import Path

from itner.domains.it.examples import EXAMPLES
from itner.domains.it.functions import FUNCTIONS
from itner.domains.it.lexicons import AMBIGUOUS_SOFTWARE, DEVICES, OS, SOFTWARE
from itner.domains.it.release import RELEASE
from itner.domains.it.scheme import RARE_TYPES, SCHEME
from itner.domains.registry import Corpus, Domain

_STACKOVERFLOW = (
    "The public corpus is the StackOverflow NER corpus of Tabassum et al., *Code and Named Entity Recognition in "
    "StackOverflow*, ACL 2020 (MIT licence), its 28 types mapped to five."
)
_PROGRAMMERS = (
    "Trained on programmers' questions. Support tickets differ from them, and the rare types (ERROR, OS) rest on few "
    "examples."
)
_QUESTIONS = "These are programmers' questions from a public corpus, not tickets."
_OURS = "The tickets were written for this project; yours may differ."

DOMAIN = Domain(
    name="it",
    title="IT-support text",
    scheme=SCHEME,
    rare_types=RARE_TYPES,
    guideline_file=Path(__file__).with_name("guideline.md"),
    guidelines=("stackoverflow", "helpdesk"),
    lexicons={"SOFTWARE": (*SOFTWARE, *AMBIGUOUS_SOFTWARE), "OS": OS, "HARDWARE": DEVICES},
    functions=FUNCTIONS,
    corpora=(
        Corpus(
            "stackoverflow",
            "conll",
            "stackoverflow",
            credit=_STACKOVERFLOW,
            limit_alone=_PROGRAMMERS,
            scored=_QUESTIONS,
            published=True,
        ),
        Corpus(
            "stackoverflow-hub",
            "hub",
            "stackoverflow",
            hub="mrm8488/stackoverflow-ner",
            credit=_STACKOVERFLOW,
            limit_alone=_PROGRAMMERS,
            scored=_QUESTIONS,
            published=True,
        ),
        Corpus(
            "helpdesk",
            "embedded",
            "helpdesk",
            path="helpdesk/tickets.txt",
            credit="The helpdesk tickets are the project's own, in `data/helpdesk/`.",
            limit="The helpdesk tickets were written for the corpus; tickets of your own organisation may differ.",
            scored=_OURS,
        ),
        Corpus(
            "elsewhere",
            "embedded",
            "helpdesk",
            path="elsewhere/texts.txt",
            scored="These are texts of other kinds than the taggers learned from, written for this project.",
        ),
        *(
            Corpus(
                f"helpdesk-{code}",
                "embedded",
                "helpdesk",
                path=f"languages/{code}/texts.txt",
                scored=_OURS,
                language=language,
            )
            for code, language in (("de", "German"), ("es", "Spanish"), ("fr", "French"))
        ),
    ),
    # Okabe and Ito's set, which stays apart under the common colour-vision deficiencies.
    colours={
        "ERROR": "#D55E00",
        "HARDWARE": "#E69F00",
        "OS": "#009E73",
        "SOFTWARE": "#0072B2",
        "VERSION": "#CC79A7",
    },
    sample="Outlook 2021 shows 0x80070057 on Windows 11.",
    examples=EXAMPLES,
    unlabelled="helpdesk/unlabelled.txt",
    hub_text="bigcode/the-stack-github-issues",
    tags=("it-support",),
    release=RELEASE,
)
