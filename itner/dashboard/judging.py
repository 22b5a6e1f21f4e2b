"""The Go-back page's long work: reports are tagged once and judged once, in jobs that show how far they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from itner.core.errors import InputError
from itner.dashboard.cache import state_of
from itner.dashboard.jobs import Job, Report, ShouldStop, finish, let_go, once
from itner.dashboard.live import Choice, choose_tagger
from itner.domains.registry import Domain
from itner.files.items import TextItem
from itner.files.tagging import TaggedItem, reaching, tag_items
from itner.workflows.goback import Judged, decide
from itner.workflows.tag import Chosen

_TAGGING, _JUDGING, _KNOWN, _DECIDED = "judging_tags", "judging_verdicts", "judging_known", "judging_decided"


@dataclass(frozen=True)
class Verdicts:
    """What follows from each report that was reached, and whether somebody stopped the work before it was done."""

    judged: list[Judged]
    stopped: bool


def judge(
    items: Sequence[TextItem], domain: Domain, choice: Choice | None, threshold: float, confidence: float
) -> Verdicts:
    """What follows from each report. Until that is known, the page holds progress and a stop, and ends here.

    Reports are tagged anew when they or the tagger are others. Another threshold judges only those anew of which it
    takes a mention or gives one back; another confidence judges nothing anew.

    Args:
        choice: the tagger; None for the domain's rules.
        threshold: mentions that are less certain count as not found.
        confidence: a verdict that is less certain becomes one for review, and says so.
    Raises:
        InputError: when the tagger cannot be loaded.
    """
    tagger = (choice.key, state_of(choice.run)) if choice is not None else None
    tagging = once(
        _TAGGING, (domain.name, tagger, tuple(items)), lambda: _start_tagging(items, choose_tagger(domain, choice))
    )
    try:
        tagged = finish(tagging, "Tagging")
    except InputError:
        # What failed once, such as a server, may work when the page is opened again.
        let_go(_TAGGING)
        raise
    known = st.session_state.get(_KNOWN)
    before = known[1] if known is not None and known[0] == tagging.number else []
    judging = once(_JUDGING, (tagging.number, threshold), lambda: _start_judging(tagged, domain, threshold, before))
    judged = finish(judging, "Judging")
    st.session_state[_KNOWN] = (tagging.number, judged)
    decided = once(_DECIDED, (judging.number, confidence), lambda: [decide(each, confidence) for each in judged])
    return Verdicts(decided, tagging.stopped or judging.stopped)


def judge_again() -> None:
    """Begin what was stopped again; what was judged of the same tags is kept."""
    for name in (_TAGGING, _JUDGING):
        job: Job[object] | None = st.session_state.get(name, (None, None))[1]
        if job is not None and job.stopped:
            let_go(name)


def _start_tagging(items: Sequence[TextItem], chosen: Chosen) -> Job[list[TaggedItem]]:
    return Job(lambda report, should_stop: tag_items(items, chosen.tagger, report, should_stop, chosen.guideline))


def _start_judging(
    tagged: Sequence[TaggedItem], domain: Domain, threshold: float, before: Sequence[Judged]
) -> Job[list[Judged]]:
    """Judge in the background; a report whose mentions are those that it was judged by before keeps its verdict."""
    assert domain.judging is not None
    verdict_of = domain.judging.read(None).judge

    def work(report: Report, should_stop: ShouldStop) -> list[Judged]:
        judged: list[Judged] = []
        for number, entry in enumerate(tagged):
            if should_stop():
                break
            mentions = reaching(entry.mentions, threshold)
            if number < len(before) and before[number].mentions == mentions:
                judged.append(before[number])
            else:
                judged.append(Judged(entry.item, mentions, verdict_of(entry.item.text, mentions)))
            report(number + 1, len(tagged))
        return judged

    return Job(work)
