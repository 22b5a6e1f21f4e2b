"""Another model beside the one that tagged the files: where the two differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from itner.core.errors import InputError
from itner.core.types import Mention
from itner.core.words import counted, unmarked
from itner.dashboard import selection, tables
from itner.dashboard.cache import get_tagger, state_of
from itner.dashboard.jobs import Job, follow, once
from itner.dashboard.live import Choice
from itner.dashboard.pairs import find_counterpart
from itner.dashboard.tag_files import start
from itner.dashboard.widgets import offer, show_reason, turn_pages
from itner.dashboard.work import STORE, Work
from itner.files.highlighting import STYLE, highlight
from itner.files.tagging import TaggedItem, above
from itner.files.writers import title
from itner.reporting.disagreements import FILES, Comparison, Passage, agreement_in_words, compare_tagged, count_kinds
from itner.taggers.registry import guidelines_of
from itner.workflows.tag import Chosen, list_notices

_JOB, _BY, _FOUND = "tag_beside", "tag_beside_by", "tag_beside_found"
_PAGE_SIZE = 5


def choose(choices: Mapping[str, Choice], model: str) -> Choice | None:
    """What the model is compared with: to begin with, what its compression is to equal, and the other way round."""
    others = [key for key in choices if key != model]
    names = {"": "no other model"} | {key: choices[key].label for key in others}
    help = "Both on the same texts, and where they differ. Nothing is tagged twice before you ask for it."
    first = find_counterpart(choices[model], others) or ""
    key = selection.choose_one("Compare with", ["", *others], "beside", first, names, help)
    return choices[key] if key else None


def draw(
    work: Work,
    asked: object,
    tagged: Sequence[TaggedItem],
    one: Choice,
    other: Choice,
    threshold: float,
    guideline: str | None,
) -> None:
    """What starts and follows the other model, and then the sentences in which the two differ.

    Args:
        asked: what is the same as long as `tagged` is.
        tagged: what the one model found, as it is; of a text that it did not finish, the part that is done.
        threshold: mentions that are less certain count as not found.
        guideline: by which the one read.
    """
    of_what = (asked, len(tagged), other.key, state_of(other.run))
    job: Job[list[TaggedItem]] | None = work.job(_JOB, of_what)
    if job is None:
        if not st.button(f"Compare with {other.label}", icon=":material/compare_arrows:"):
            return
        try:
            tagger = get_tagger(other.run, other.variant)
        except InputError as error:
            st.error("The model cannot be loaded.")
            show_reason(str(error))
            return
        known = guideline if guideline in guidelines_of(other.run) else None
        work.held[_BY] = Chosen(tagger, other.label, known)
        job = start([entry.item for entry in tagged], tagger, known)
        work.hold(_JOB, of_what, job)
        job.wait(1)
    if job.running:
        follow(job, f"Tagging with {other.label}", "characters", partial(STORE.find, work.token))
        return
    try:
        result = job.result()
    except InputError as error:
        st.error("The texts could not be tagged.")
        show_reason(str(error))
        return
    for notice in list_notices(work.held[_BY]):
        st.text(f"{notice.file}: {notice.reason}")
    if guideline is not None and work.held[_BY].guideline is None:
        st.caption(unmarked(f"{other.label} does not know the guideline {guideline}; it reads as it chooses."))
    if len(result) < len(tagged):
        st.warning(f"Stopped: {len(result):,} of {counted(len(tagged), 'text')} are compared.", icon=":material/stop:")

    def compare() -> Comparison:
        # What a stop cut off is another text.
        pairs = [(a, b) for a, b in zip(tagged, above(result, threshold), strict=False) if a.item == b.item]
        marks = [above([entry for entry, _ in pairs], threshold), [entry for _, entry in pairs]]
        first, second = ([entry.mentions for entry in side] for side in marks)
        names = (f"{one.run.name}:{one.variant}", f"{other.run.name}:{other.variant}")
        return compare_tagged([entry.item for entry, _ in pairs], names, first, second)

    _show(once(_FOUND, (job.number, threshold), compare, work.held), one.label, other.label)


def _show(found: Comparison, one: str, other: str) -> None:
    agreed = agreement_in_words(found.agreement)
    st.text(f"{counted(len(found.items), 'text')}: {agreed}. First: {one}. Second: {other}.")
    if not found.disagreements:
        return
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in count_kinds(found.disagreements).items())
    places, sentences = counted(len(found.disagreements), "place"), counted(len(found.passages), "sentence")
    st.caption(f"They differ at {places} in {sentences}, what matters most first ({kinds}).", help=tables.WEIGHT_HELP)
    for passage in turn_pages(found.passages, _PAGE_SIZE, "beside_page"):
        with st.container(border=True):
            st.text(title(TaggedItem(found.items[passage.text], ())))
            st.caption(_in_words(passage))
            for label, mentions, side in ((one, found.first, "first"), (other, found.second, "second")):
                st.caption(unmarked(label))
                st.html(STYLE + _view(found, passage, mentions[passage.text], side))
    with st.container(horizontal=True):
        for suffix, write in FILES.items():
            offer(f"differing{suffix}", partial(write, found))


def _in_words(passage: Passage) -> str:
    said = []
    for place in passage.disagreements:
        weight = f"{place.weight:.2f}" if place.weight is not None else "no confidence"
        times = f", {place.times:,} times" if place.times > 1 else ""
        said.append(f"{place.kind}: {weight}{times}")
    return "; ".join(said)


def _view(found: Comparison, passage: Passage, mentions: Sequence[Mention], side: str) -> str:
    """The passage as one of the two marks it; what the other marks alike has no colour."""
    start, end = passage.start, passage.end
    text = found.items[passage.text].text[start:end]
    own = [Mention(m.start - start, m.end - start, m.type, m.score) for m in mentions if start <= m.start < end]
    marked = {place: place.first if side == "first" else place.second for place in passage.disagreements}
    differing = {(m.start - start, m.end - start, m.type) for each in marked.values() for m in each}
    gaps = [(place.start - start, place.end - start) for place, each in marked.items() if not each]
    return highlight(text, own, differing, gaps, dimmed=True)
