"""Labels under suspicion: what a tagger that never saw them contradicts, one after another, to keep or to change."""

from __future__ import annotations

import streamlit as st

from itner.core.errors import InputError
from itner.core.words import unmarked
from itner.dashboard import labels, selection
from itner.dashboard.cache import load_datasets, load_documents
from itner.dashboard.ending import stop_page
from itner.dashboard.widgets import (
    begin,
    end_page,
    offer,
    show_command,
    show_damage,
    show_folded,
    show_no_sentences,
    show_reason,
    show_table,
)
from itner.domains.registry import get_domain
from itner.files.highlighting import STYLE, legend
from itner.records.suspects import SUSPECT_KINDS
from itner.reporting.suspects import KIND_WORDS

begin(
    "Labels under suspicion",
    "Annotated mentions that a tagger which never learned from them finds implausible, the least plausible first. "
    "Nothing here changes a file: what you decide stays in this session until you take it home.",
)
try:
    datasets = load_datasets()
    reports = labels.find_reports(datasets)
except InputError as error:
    show_damage("The suspects cannot be read.", error)
    stop_page()
if not reports:
    st.info("Nobody has looked for suspects here yet. Look for those of a prepared dataset with:")
    show_command("suspects", next(iter(datasets), "DATASET"))
    stop_page()
report = reports[selection.choose_one("Dataset", list(reports), "dataset")]
domain = get_domain(report.domain)
suspects, decided = report.suspects, labels.decisions(report)
first, second, third = st.columns(3)
with first:
    kinds = selection.choose_many("Kinds (none: any)", SUSPECT_KINDS, "suspect_kind", (), KIND_WORDS, pills=True)
with second:
    types = selection.choose_many("Entity types (none: any)", domain.scheme.types, "type", (), pills=True)
with third:
    splits = selection.choose_many("Splits (none: any)", list(report.splits), "suspect_split", (), pills=True)
numbers = labels.filter_suspects(suspects, kinds, types, splits)
done = sum(number in decided for number in numbers)
selection.write_link()

st.header("One after another")
st.progress(done / len(numbers) if numbers else 0.0, f"{done:,} of {len(numbers):,} decided")
left = [number for number in numbers if number not in decided]
try:
    documents = {
        document.id: document
        for split, sha256 in report.splits.items()
        for document in load_documents(report.dataset, split, sha256)
    }
except InputError as error:
    show_no_sentences(report.dataset, error)
    st.markdown("Where the dataset is another one now, look for suspects again:")
    show_command("suspects", report.dataset)
    end_page()
if not numbers:
    st.info("No suspect fits. Remove a filter.")
elif not left:
    st.success("All of these are decided.")
else:
    number = left[0]
    suspect = suspects[number]
    document = documents[suspect.document]
    with st.container(border=True):
        st.caption(unmarked(f"{suspect.document} · {labels.suspect_in_words(suspect)}"))
        st.html(STYLE + legend(domain.scheme.types))
        try:
            st.html(STYLE + labels.show_suspect(document, suspect))
        except InputError as error:
            show_reason(str(error))
    buttons = st.columns(3)
    # A key each, so that nobody has to reach for the pointer two hundred times.
    for column, (decision, key) in zip(buttons, labels.KEYS.items(), strict=True):
        column.button(
            decision.capitalize(),
            key=f"label_{decision}",
            shortcut=key,
            width="stretch",
            on_click=decided.__setitem__,
            args=(number, decision),
        )
    with st.expander("Neither is right: change it by hand"), st.form("label_by_hand", border=False):
        try:
            so_far = labels.change_all(report, decided, documents).get(document.id, document.mentions)
        except InputError:
            so_far = document.mentions
        written = st.text_area(
            "The sentence, each mention in brackets and its type behind it",
            labels.write_by_hand(document, so_far),
            key=f"label_written_{number}",
        )
        if st.form_submit_button("Change it to this", key="label_by_hand_done"):
            try:
                decided[number] = labels.read_by_hand(written, document, domain)
                st.rerun()
            except InputError as error:
                st.error("This cannot be taken.", icon=":material/error:")
                st.text(str(error))
if decided:
    last = list(decided)[-1]
    st.button(
        f"Take back the last decision ({labels.name_decision(decided[last])})",
        icon=":material/undo:",
        key="label_back",
        shortcut="B",
        on_click=decided.__delitem__,
        args=(last,),
    )

st.header("Take home")
source = labels.source_of(report)
if source is None:
    st.caption("This dataset does not ship, so there is no file of ours for a patch; its decisions are offsets.")
elif set(decided.values()) - {"keep", "unsure"}:
    try:
        diff = labels.patch(report, decided, documents, domain)
        offer(f"{report.dataset}.patch", diff, "text/x-diff", "Download the changes as a patch")
        st.caption(
            f"Apply it in the repository with `git apply {report.dataset}.patch`, then prepare the dataset anew."
        )
    except InputError as error:
        show_damage("No patch can be made.", error)
else:
    st.caption("Decide to change something, and a patch of the corpus's file is offered here.")
offer(
    f"{report.dataset}-decisions.json",
    labels.decisions_as_json(report, decided),
    "application/json",
    "Download all decisions as JSON",
    ready=bool(decided),
)

st.header("How far to trust the ranking")
if report.planted:
    st.markdown(
        "Errors were planted in copies of the annotation, a quarter of each kind: left out, another type, another "
        "boundary, made up. Suspects that nobody planted count as wrong here, though some are errors of the annotation."
    )
    show_table(labels.planted_table(report.planted), "planted")
else:
    st.info("Nobody has tested the ranking on this dataset. Test it with planted errors:")
    show_command("suspects", report.dataset, "--plant", "0.05")
show_table(labels.scores_table(report), "out-of-sample", labels.count_columns())
st.caption(
    f"{report.folds} folds; stored predictions that have a say on splits that runs did not learn from: "
    f"{', '.join(map(unmarked, report.runs)) or 'none'}."
)
show_table(labels.counts_table(report), "suspect-kinds", labels.count_columns())
show_folded(
    "These suspects as a table",
    lambda: show_table(labels.suspect_rows(suspects, decided, numbers), "suspects", labels.suspect_columns()),
    "suspects",
)
