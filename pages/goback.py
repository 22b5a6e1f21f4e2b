"""Field reports against a table of rules: what is violated, what is kept, what somebody has to look at."""

from __future__ import annotations

import streamlit as st

from itner.core.errors import InputError
from itner.core.words import counted
from itner.dashboard import goback, judging, live, selection
from itner.dashboard import tag_files as uploads
from itner.dashboard.cache import load_other_verdicts, load_runs, load_verdicts, verdicts_path
from itner.dashboard.ending import stop_page
from itner.dashboard.jobs import let_go
from itner.dashboard.uploading import ask_for_files, take
from itner.dashboard.widgets import (
    begin,
    choose_domain,
    load_measured,
    note_absent,
    show_figure,
    show_link,
    show_notices,
    show_reason,
    show_remote,
    show_table,
)
from itner.domains.registry import get_domain, list_domains
from itner.files.highlighting import STYLE, legend
from itner.files.items import Settings, TextItem
from itner.workflows.goback import CONFIDENCE, as_json_lines, count_verdicts, list_reports

begin(
    "Go-back",
    "Paste field reports, one a line: each is compared with a table of rules and is a violation, compliant, or for "
    "somebody to review. Nothing you enter is stored, unless you ask for a link to it.",
)
names = [domain.name for domain in list_domains() if domain.judging is not None]
if not names:
    st.info("No domain here has rules to judge by.")
    stop_page()
domain = get_domain(choose_domain(names))
runs = [run for run in load_runs()[0] if run.info.domain == domain.name]
choices = goback.by_key(live.list_choices(runs), domain)
labels = {key: choice.label for key, choice in choices.items()} | {goback.RULES_ALONE: "the domain's rules"}

example = "\n".join(domain.judging.reports) if domain.judging is not None else ""
text = selection.choose_text(
    "reports",
    example,
    goback.MAX_CHARACTERS,
    lambda: st.text_area(
        "Reports", key="reports", height=180, max_chars=goback.MAX_CHARACTERS, help="Ctrl+Enter judges them."
    ),
    public=[example],
)
st.caption(f"The box takes {goback.MAX_CHARACTERS:,} characters at most; bring more of them as a file.")
files = ask_for_files(
    "Or files of reports",
    "goback_files",
    help="A row of a table is a report, and so is a line of a text with those that it goes on in.",
)
left, middle, right = st.columns(3)
with left:
    chosen = selection.choose_one("Tagger", list(labels), "goback_model", names=labels)
    note_absent(runs)
with middle:
    threshold = selection.choose_number(
        "Mentions at least", 0.0, 1.0, 0.05, "goback_mentions", 0.0, "%.2f", "What is less certain counts as not found."
    )
with right:
    confidence = selection.choose_number(
        "Verdicts at least", 0.0, 1.0, 0.01, "goback_confidence", CONFIDENCE, "%.2f", "Below, somebody has to look."
    )
selection.write_link()
if chosen in choices:
    show_remote([choices[chosen].run])

if files:
    st.caption("Only the files are judged. Remove them to judge what stands in the box.")
    settings = Settings(joined=True)
    read, _ = uploads.read_by_columns(take(files), settings, "Columns that make a report in", "report_")
    show_notices(read.problems, read.notes)
    items = list_reports(read.items)
else:
    let_go("uploads_read_report_")
    items = list_reports([TextItem("", "", text)])
if not items:
    st.info("No report was found in these files." if files else "Enter a report.")
    stop_page()
try:
    verdicts = judging.judge(items, domain, choices.get(chosen), threshold, confidence)
except InputError as error:
    st.error("The reports cannot be judged.")
    show_reason(str(error))
    stop_page()
judged = verdicts.judged
if verdicts.stopped:
    st.warning(f"Stopped: {len(judged):,} of {len(items):,} reports are judged.", icon=":material/stop:")
    st.button("Judge again", icon=":material/refresh:", on_click=judging.judge_again)
if not judged:
    stop_page()

numbers = count_verdicts(judged)
for column, (name, number) in zip(st.columns(3), numbers.items(), strict=True):
    column.metric(name, f"{number:,}")
st.header("Evidence")
shown = judged[: goback.MOST_SHOWN]
st.html(STYLE + legend(sorted({each.role for found in shown for each in found.verdict.evidence})))
for found in shown:
    with st.container(border=True):
        word, colour = goback.badge(found)
        st.badge(f"{word} · {found.verdict.confidence:.2f}", color=colour)
        st.html(STYLE + goback.evidence(found))
        # As plain text: it quotes the report.
        st.text(found.verdict.why)
if len(judged) > len(shown):
    st.caption(f"{counted(len(judged) - len(shown), 'report')} more in the table below.")

st.header("Verdicts")
table = goback.verdict_table(judged)
show_table(table, "verdicts", goback.verdict_columns())
st.download_button(
    "Download as JSON Lines",
    lambda: as_json_lines(judged),
    "verdicts.jsonl",
    "application/jsonl",
    on_click="ignore",
)
if not files:
    with st.expander("Link to these verdicts"):
        show_link(text, "reports")

st.header("How often verdicts are right")
scored = load_measured(
    lambda: load_verdicts(domain.name),
    "The scores of verdicts",
    "Nobody has scored verdicts here yet. Score them against a table of reports that were decided by hand:",
    *("goback", "--decided", "FILE", "--output", verdicts_path(domain.name)),
)
if scored is not None:
    st.markdown(goback.scores_in_words(scored))
    shares = goback.scores_table(scored)
    alt = "Line chart: share of verdicts that is right over the share of reports that is decided."
    show_figure(goback.scores_figure(scored), shares, "verdict-scores", alt)
    show_table(shares, "verdict-scores-table", goback.scores_columns())
    others = load_measured(lambda: load_other_verdicts(domain.name), "The scores on other reports", "")
    for other in others or ():
        st.markdown(f"On `{other.reports}`: {goback.scores_in_words(other)}")

st.header("Rules")
st.caption("The table that reports are compared with. People can read and edit it; its comments say how.")
show_table(goback.rule_table(domain), "rules")
