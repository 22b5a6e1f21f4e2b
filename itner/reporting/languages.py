"""What the taggers of a domain do with text in other languages than the one that they learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from itner.core.words import counted, listed
from itner.data.corpus import CHECK
from itner.domains.registry import Domain
from itner.records.evaluation import EvalReport
from itner.records.store import Run
from itner.reporting.readme import replace_section
from itner.reporting.rows import f1_in_words, in_words
from itner.taggers.registry import VARIANT_NAMES, family_of, is_current, kind_of, variants_of

LANGUAGES_BEGIN = "<!-- languages: written by `itner readme` -->"
LANGUAGES_END = "<!-- end of languages -->"


@dataclass(frozen=True)
class LanguageRow:
    """A run's scores on a dataset in some language.

    Attributes:
        home: whether it is the language that the domain's corpus is in.
    """

    language: str
    home: bool
    run: str
    family: str
    variant: str
    report: EvalReport

    @property
    def split(self) -> str:
        """The dataset and the split."""
        return f"{self.report.dataset} {self.report.split}"


def list_language_rows(runs: Sequence[Run], domain: Domain) -> list[LanguageRow]:
    """Every run that was scored on text in another language, as it is deployed: first at home, then elsewhere.

    Empty where the domain knows no text in other languages, or nothing was scored on it.
    """
    release = domain.release
    home = domain.corpus(release.corpus) if release is not None else None
    if release is None or home is None:
        return []
    foreign = [corpus for corpus in domain.corpora if corpus.language != home.language]
    places = [(home, "test"), *((corpus, CHECK) for corpus in foreign)]
    rows = []
    for corpus, split in places:
        for run in runs:
            variant = release.aim_variant if release.aim_variant in variants_of(run) else kind_of(run).live[0]
            report = run.report(corpus.dataset, split, variant)
            if report is not None and is_current(run, report):
                home_here = corpus is home
                rows.append(LanguageRow(corpus.language, home_here, run.name, family_of(run), variant, report))
    scored = {row.run for row in rows if not row.home}
    return [row for row in rows if row.run in scored] if scored else []


def languages_in_words(rows: Sequence[LanguageRow]) -> list[str]:
    """What the best tagger loses, of which types, and what a desk that reads several languages should do."""
    abroad = [row for row in rows if not row.home]
    if not abroad:
        return []
    languages = list(dict.fromkeys(row.language for row in abroad))
    sums: dict[str, float] = {}
    for row in abroad:
        sums[row.run] = sums.get(row.run, 0.0) + row.report.micro.f1
    best = max(sums, key=lambda name: sums[name])
    own = [row for row in abroad if row.run == best]
    home = next((row for row in rows if row.home and row.run == best), None)
    each = [f"{row.language} {f1_in_words(row.report)}" for row in own]
    tagger = f"`{best}` ({VARIANT_NAMES[own[0].variant]})"
    first = f"Of all taggers {tagger} does best over {listed(languages)}: F1 {listed(each)}"
    if home is not None:
        first += f", where it reaches {f1_in_words(home.report)} in {home.language}"
    recalls = [row.report.micro.recall for row in own]
    first += f". It finds {min(recalls):.0%} to {max(recalls):.0%} of the mentions"
    first += f" ({home.report.micro.recall:.0%} in {home.language})." if home is not None else "."
    return [first, *_types(own, home), _advice(abroad, languages)]


def _types(own: Sequence[LanguageRow], home: LanguageRow | None) -> list[str]:
    """Which types are found as at home, and which are not."""
    if home is None:
        return []
    found = {
        name: (
            sum(row.report.per_type[name].tp for row in own if name in row.report.per_type),
            sum(row.report.per_type[name].support for row in own if name in row.report.per_type),
            counts.recall,
        )
        for name, counts in home.report.per_type.items()
        if counts.support
    }
    lost = sorted(
        (
            (tp / support - before, name, tp, support, before)
            for name, (tp, support, before) in found.items()
            if support
        ),
        reverse=True,
    )
    each = [f"{name} {tp / support:.0%} of {support:,} ({before:.0%})" for _, name, tp, support, before in lost]
    return [
        f"By type, all languages together and {home.language} in brackets, what loses least first: {listed(each)}. A "
        "name is the same word everywhere; most is lost of what each language has words of its own for."
    ]


def _advice(abroad: Sequence[LanguageRow], languages: Sequence[str]) -> str:
    precise = {
        name: sum(row.report.micro.tp for row in abroad if row.run == name)
        / max(1, sum(row.report.micro.tp + row.report.micro.fp for row in abroad if row.run == name))
        for name in dict.fromkeys(row.run for row in abroad)
    }
    surest = max(precise, key=lambda name: precise[name])
    sentences = {row.report.dataset: row.report.documents for row in abroad}
    few = counted(min(sentences.values()), "sentence")
    return (
        f"A desk that reads {listed(languages)} should not deploy these as they are. What is marked is right most "
        f"often with `{surest}` ({precise[surest]:.0%}). What should help: texts of its own languages, annotated, "
        "and a multilingual backbone to train on (`itner train PRESET --backbone NAME`), or translation first. "
        f"Neither was measured here; {few} a language show the size of the loss, not which of two taggers is better."
    )


def languages_card(rows: Sequence[LanguageRow], domain: Domain) -> str | None:
    """The data card of the text in other languages, under `data/`: in the folder that theirs are in."""
    abroad = [domain.corpus(row.report.dataset) for row in rows if not row.home]
    folders = [corpus.folder for corpus in abroad if corpus is not None and corpus.folder is not None]
    return str(Path(folders[0]).parent / "README.md") if folders else None


def fill_languages_card(text: str, rows: Sequence[LanguageRow]) -> str:
    """The data card of the text in other languages with what the taggers do with it, written anew, between markers."""
    said = "\n\n".join([languages_table(rows), *languages_in_words(rows)])
    return replace_section(text, LANGUAGES_BEGIN, LANGUAGES_END, said)


def languages_table(rows: Sequence[LanguageRow]) -> str:
    """The rows as Markdown."""
    lines = [
        "| run | variant | language | dataset | precision (95% interval) | recall | micro-F1 |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        micro = row.report.micro
        lines.append(
            f"| {row.run} | {VARIANT_NAMES[row.variant]} | {row.language} | {row.split} | "
            f"{in_words(micro.precision, row.report.interval('precision'))} | "
            f"{in_words(micro.recall, row.report.interval('recall'))} | {f1_in_words(row.report)} |"
        )
    return "\n".join(lines)
