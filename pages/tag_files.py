"""Tag many files at once and take the results away."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import streamlit as st

from itner.core.errors import InputError
from itner.core.words import counted
from itner.dashboard import corpus_summary, live, redact, selection, tag_beside
from itner.dashboard import tag_files as uploads
from itner.dashboard.cache import get_tagger, state_of
from itner.dashboard.correcting import WHY_UNFIT, list_checked, training_file
from itner.dashboard.ending import stop_page
from itner.dashboard.jobs import Job, follow
from itner.dashboard.keeping import draw_keeping
from itner.dashboard.live import choose_tagger
from itner.dashboard.pairs import accept_pair
from itner.dashboard.preview import draw_preview
from itner.dashboard.widgets import (
    begin_page,
    end_page,
    note_absent,
    offer,
    show_figure,
    show_lack,
    show_notices,
    show_reason,
    show_remote,
    show_table,
)
from itner.dashboard.work import STORE, keep, open_work
from itner.domains.registry import get_domain
from itner.files.filters import Filter, select
from itner.files.items import Settings
from itner.files.tagging import Origin, TaggedItem
from itner.files.writers import FORMATS
from itner.taggers.registry import guidelines_of
from itner.workflows.tag import Chosen, list_notices

runs = begin_page("Tag files", "Upload files of text; see what is in them; take the results away.")
choices = {choice.key: choice for choice in live.list_choices(runs)}
if not choices:
    show_lack(runs[0])
    end_page()
pair = accept_pair(choices)
if pair is not None:
    selection.ask("model_one", pair[0])
    selection.ask("beside", pair[1])
left, middle, right = st.columns([3, 3, 2])
with left:
    model = selection.choose_one("Model", list(choices), "model_one", names={k: c.label for k, c in choices.items()})
    note_absent(runs)
with middle:
    beside = tag_beside.choose(choices, model)
with right:
    threshold = selection.choose_number("Confidence at least", 0.0, 1.0, 0.05, "confidence", 0.0, "%.2f")
work = open_work()
selection.write_link()
show_remote([run for run in runs if run is choices[model].run or (beside is not None and run is beside.run)])

# Without files the page ends with the box for them.
box, corpus = st.container(), st.container()
if work is None or corpus_summary.is_open():
    with corpus:
        corpus_summary.draw()
with box:
    work = uploads.choose_files(work)
taken = work.uploads
# Above what there is to set, so that whoever waits sees it.
doing = st.container()
with st.expander("How files are read"):
    encoding = keep(
        work.choices,
        "encoding",
        None,
        lambda: st.selectbox(
            "Encoding of text files",
            uploads.ENCODINGS,
            index=None,
            key="encoding",
            placeholder="Found out, and said",
            accept_new_options=True,
        ),
    )
    carry = keep(
        work.choices,
        "carry",
        True,
        lambda: st.toggle("Keep the other columns of each row in the results", key="carry"),
    )
    known = guidelines_of(choices[model].run)
    guideline = (
        keep(
            work.choices,
            "guideline",
            None,
            lambda: st.selectbox(
                "Annotation guideline",
                known,
                index=None,
                key="guideline",
                placeholder=f"{known[-1]}, the run's choice for raw text",
                help="What counts as a mention differs between the corpora that the run learned from.",
            ),
            known,
        )
        if len(known) > 1
        else None
    )
settings = Settings(encoding=encoding, carry=carry)
read, choice = uploads.read_by_columns(taken, settings, "Columns with the text in", work=work)
STORE.weigh(work, sum(len(item.text) for item in read.items))
show_notices(read.problems, read.notes)
if not read.items:
    st.info("No text was found in these files.")
    stop_page()
asked = (model, state_of(choices[model].run), guideline, choice.key())
job: Job[list[TaggedItem]] | None = work.held.get("tag_job")
if job is not None and work.held.get("tag_asked") != asked:
    # Other files or another model: the old results would not be theirs.
    work.let_go("tag_", "uploads_findings")
    job = None
if job is None:
    if not st.button(uploads.tag_label(read.items), type="primary", icon=":material/label:"):
        stop_page()
    try:
        tagger = get_tagger(choices[model].run, choices[model].variant)
    except InputError as error:
        st.error("The model cannot be loaded.")
        show_reason(str(error))
        stop_page()
    work.held["tag_by"] = Chosen(tagger, choices[model].label, guideline)
    job = work.held["tag_job"] = uploads.start(read.items, tagger, guideline)
    work.held["tag_asked"], work.held["tag_date"] = asked, datetime.now(UTC)
    # Small files are done at once; drawn anew, the page has no button left to press twice.
    job.wait(0.3)
    st.rerun()
if job.running:
    with doing:
        follow(job, "Tagging", "characters", partial(STORE.find, work.token))
    stop_page()

domain = get_domain(choices[model].run.info.domain)
types = choices[model].run.scheme_types
try:
    # Said first: whoever stopped it waits for that.
    untagged = uploads.list_untagged(read.items, job.result())
    if untagged:
        st.warning("Stopped before all was tagged. What was not:", icon=":material/stop:")
        # The names come from the user: no Markdown in them.
        st.text("\n".join(untagged))
        if st.button("Tag all again", icon=":material/refresh:"):
            work.held["tag_job"] = None
            st.rerun()
    found = uploads.summarize(job, threshold, types, domain.name, work)
except InputError as error:
    st.error("The texts could not be tagged.")
    show_reason(str(error))
    if st.button("Try again", icon=":material/refresh:"):
        work.held["tag_job"] = None
        st.rerun()
    stop_page()
for notice in list_notices(work.held["tag_by"]):
    st.text(f"{notice.file}: {notice.reason}")
if not found.results:
    stop_page()
st.header("What was found")
show_figure(uploads.type_bars(found.types), found.types, "types", "Bar chart: mentions of each entity type.")
if not found.top.empty:
    show_figure(uploads.top_bars(found.top), found.top, "top-mentions", "Bar chart: the most frequent mentions.")
show_table(found.files, "files", uploads.file_columns())
if beside is not None:
    st.header("Where another model differs")
    tag_beside.draw(work, asked, job.result(), choices[model], beside, threshold, guideline)

origin = Origin(choices[model].run.name, choices[model].variant, threshold, work.held["tag_date"])
# What is set in the preview counts above it, too.
taking, redacting = st.container(), st.container()
st.header("Preview")
shown = draw_preview(
    found.found,
    found.results,
    types,
    domain.name,
    work,
    lambda entry: draw_keeping(entry, origin, guideline or next(reversed(known), None), domain.name),
)

with taking:
    st.header("Download")
    formats = keep(
        work.choices,
        "formats",
        list(FORMATS)[:1],
        lambda: st.pills("Formats", list(FORMATS), selection_mode="multi", key="formats", wrap=True),
        list(FORMATS),
    )
    results = found.results
    if shown != Filter():
        narrow = st.toggle("In these formats, nothing but what the filter of the preview shows", key="narrow")
        results = [entry for _, entry in select(results, shown)] if narrow else results
    if len(formats) == 1:
        chosen = FORMATS[formats[0]]
        data, name = uploads.single(results, formats[0], domain.personal, origin), f"tagged.{chosen.extension}"
        mime = chosen.mime
    else:
        data, name = uploads.package(results, formats, domain.personal, origin), "tagged.zip"
        mime = "application/zip"
    offer(name, data, mime, ready=bool(formats))
    checked = list_checked(found.results, domain.name, work)
    if unfit := list_checked(found.results, domain.name, work, fitting=False):
        st.caption(f"{counted(len(unfit), 'checked text')} left out of training.jsonl: {WHY_UNFIT}")
    if checked:
        offer(
            "training.jsonl",
            training_file(checked, origin),
            "application/jsonl",
            f"Download training.jsonl, {counted(len(checked), 'checked text')}",
            "Annotated text for `itner prepare --source jsonl --path FOLDER`: name it train.jsonl there, beside a "
            "dev.jsonl and a test.jsonl.",
        )
    else:
        st.caption("Texts that are marked as checked in the preview make a training file.")
    if uploads.list_tables(taken):
        of_what = (asked, threshold, work.revision)
        returning: Job[uploads.GivenBack] | None = work.job("tag_tables", of_what)
        if returning is None and st.button(
            "Write the tables with what was found",
            icon=":material/table:",
            help="The .csv, .tsv and .xlsx files with all their rows and columns; a column more for each type, and for "
            "all mentions, model, variant, threshold and date. Text becomes UTF-8 with a mark, and a cell that a "
            "spreadsheet would run gets an apostrophe.",
        ):
            returning = uploads.start_tables(choice, read.items, found.results, types, origin)
            work.hold("tag_tables", of_what, returning)
            returning.wait(1)
        if returning is not None and returning.running:
            follow(returning, "Writing the tables", on_look=partial(STORE.find, work.token))
        elif returning is not None:
            back = returning.result()
            uploads.say_left_out(back.problems)
            if back.data:
                st.text(back.name)
                offer(back.name, back.data, label="Download the tables with what was found")

if redact.can_redact(taken):
    with redacting:
        st.header("Redact")
        st.caption(
            "The files as they came, without what is found in them: read anew. Names of files and lines of names in "
            "tables are redacted as well, so that a file may come back under another name."
        )
        hiding, finder, label = redact.choose_finder(domain, [choices[model].label], "redact_files", work.choices)
        plan = redact.choose_plan(hiding, "redact_files", work.choices)
        by, wished = finder if label is None else choices[model], None
        try:
            wished = redact.choose_wish(hiding, plan, by, "redact_files", work.choices) if plan is not None else None
        except InputError as error:
            st.error("Nothing is redacted.")
            show_reason(str(error))
            plan = None
        wanted = (asked, threshold, plan, label, wished)
        redaction: Job[redact.RedactedFiles] | None = work.job("tag_redaction", wanted)
        if redaction is not None and redaction.stopped and not redaction.running:
            # A new start is offered.
            st.text("Stopped: no file is written.")
            work.let_go("tag_redaction")
            redaction = None
        if plan is not None and redaction is None and st.button("Redact the files", icon=":material/ink_eraser:"):
            tagger = choose_tagger(hiding, by, wished).tagger
            # The threshold is of the model above; a share that is wished for counts alone.
            least = threshold if label is not None and wished is None else 0.0
            redaction = redact.start(taken, tagger, plan, least)
            work.hold("tag_redaction", wanted, redaction)
            redaction.wait(1)
        if redaction is not None and redaction.running:
            follow(redaction, "Redacting", on_look=partial(STORE.find, work.token))
        elif redaction is not None:
            redacted = redaction.result()
            uploads.say_left_out(redacted.problems)
            for note in redacted.notes:
                st.text(note)
            if redacted.data:
                show_table(redacted.counts, "redacted")
                offer("redacted.zip", redacted.data, "application/zip")
