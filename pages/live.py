"""One text: one tagger shown at work, or several side by side."""

from __future__ import annotations

import streamlit as st

from itner.core.errors import InputError
from itner.core.words import counted, listed, unmarked
from itner.dashboard import language, live, live_correct, live_demo, redact, selection, tables
from itner.dashboard import live_share as share
from itner.dashboard.cache import get_tagger
from itner.dashboard.ending import stop_page
from itner.dashboard.figures import arrange
from itner.dashboard.pairs import accept_pair
from itner.dashboard.widgets import (
    begin_page,
    end_page,
    note_absent,
    show_figure,
    show_lack,
    show_link,
    show_reason,
    show_remote,
    show_table,
)
from itner.domains.registry import get_domain, list_domains
from itner.evaluation.agreement import find_places
from itner.files.highlighting import STYLE, legend
from itner.files.tagging import Origin
from itner.reporting.latency import pool_timings
from itner.taggers.registry import family_of, kind_of

runs = begin_page(
    "Live",
    "Type or paste a text and see what a tagger finds in it. Nothing you enter is stored, unless you ask "
    "for a link to it or keep a correction.",
)
choices = {choice.key: choice for choice in live.list_choices(runs)}
if not choices:
    for run in runs:
        show_lack(run)
    end_page()

examples = get_domain(runs[0].info.domain).examples
elsewhere = {text for domain in list_domains() for text in domain.examples.values()} - set(examples.values())
if st.session_state.get("text") in elsewhere:
    # Another domain was chosen, and nobody has typed anything.
    selection.set_choice("text", next(iter(examples.values())))


def use_example() -> None:
    """Put the chosen example into the text box."""
    if st.session_state.live_example:
        selection.set_choice("text", examples[st.session_state.live_example])


pair = accept_pair(choices)
if pair is not None:
    selection.ask("mode", live.COMPARE)
    selection.ask("model", *pair)
mode = live.choose_mode()
models, slider = st.columns([3, 1])
names = {key: choice.label for key, choice in choices.items()}
with models:
    if mode == live.DEMO:
        advised, why = live.recommend(runs, list(choices.values()))
        names |= {advised.key: f"{advised.label} (recommended)"}
        help = f"A variant of a run. Recommended: {why}."
        selected = [selection.choose_one("Model", list(choices), "model", advised.key, names, help)]
    else:
        live.take_along(list(choices.values()))
        defaults = live.choose_first(list(choices.values()))
        help = f"A variant of a run. Up to {live.MOST}."
        selected = selection.choose_many("Models", list(choices), "model", defaults, names, help, most=live.MOST)
    note_absent(runs)
with slider:
    help = "Mentions below it are hidden. Confidence of a mention: the probability of its least certain token."
    threshold = selection.choose_number("Confidence at least", 0.0, 1.0, 0.05, "confidence", 0.0, "%.2f", help)
show_remote([choices[key].run for key in selected])
st.pills("Examples", list(examples), key="live_example", on_change=use_example)
entering, reading = st.columns([2, 3], gap="medium") if mode == live.DEMO else (st.container(), st.container())
typing = mode == live.DEMO and live.is_prompt(choices[selected[0]])
with entering:
    text = selection.choose_text(
        "text",
        next(iter(examples.values())),
        live.MAX_CHARACTERS,
        lambda: st.text_area(
            "Text",
            key="text",
            height=300 if mode == live.DEMO else 160,
            max_chars=live.MAX_CHARACTERS,
            help="Tagged while you type." if typing else "Tag or Ctrl+Enter tags the text.",
        ),
        public=examples.values(),
    )
    # What is in the box is sent when it is left for the button, so that there is nothing more to do.
    st.button("Tag", type="primary", icon=":material/sell:", key="tag")
    if typing:
        live_demo.report_while_typing("text")
    st.page_link(
        "pages/tag_files.py",
        label=f"The box takes {live.MAX_CHARACTERS:,} characters at most; Tag files reads longer texts.",
        icon=":material/upload_file:",
    )
selection.write_link()
if not text.strip():
    st.info("Enter a text to tag.")
    stop_page()
if not selected:
    st.info("Choose at least one model.")
    stop_page()

with entering:
    foreign = language.find_foreign(text, [choices[key].run for key in selected])
    if foreign:
        # The names of runs are of others.
        st.caption(f":material/translate: {unmarked(foreign)}")

results = {}
for key in selected:
    try:
        results[choices[key].label] = live.above(live.tag_with(choices[key], text), threshold)
    except InputError as error:
        st.error(f"{choices[key].label} cannot be loaded.")
        show_reason(str(error))
if not results:
    stop_page()
unsure = [label for label, result in results.items() if all(mention.score is None for mention in result.mentions)]
if threshold and any(results[label].mentions for label in unsure):
    st.caption(f"{listed(unsure)}: without confidences, so nothing of it is hidden.")
by_label = {choices[key].label: choices[key] for key in selected if choices[key].label in results}

timings = pool_timings(runs)
if mode == live.DEMO:
    ((label, result),) = results.items()
    scheme = by_label[label].run.scheme_types
    with reading:
        large, mono = live_demo.choose_appearance(text)
        counts = live_demo.count_types(result.mentions, scheme)
        types = live_demo.choose_types(counts) if counts else []
        marked = [mention for mention in result.mentions if mention.type in types]
        st.html(STYLE + live_demo.STYLE + live_demo.view(text, marked, large, mono))
        st.caption(
            f"{live_demo.shown_in_words(len(marked), len(result.mentions))}. "
            f"{live.times_in_words(by_label[label], result, timings)}."
        )
        for note in result.notes:
            st.caption(unmarked(note))
    if marked:
        st.header("What it found")
        st.caption("Numbers are confidences. A link jumps to the place in the text.")
        st.html(live_demo.STYLE + live_demo.list_found(text, marked, scheme))
else:
    places = find_places({label: result.mentions for label, result in results.items()})
    st.html(STYLE + legend(runs[0].scheme_types))
    if len(results) > 1:
        st.caption("What all models mark alike has no colour; what they do not is coloured, dashed and has a ≠.")
    for row in range(0, len(results), 3):
        labels = list(results)[row : row + 3]
        for column, label in zip(st.columns(len(labels)), labels, strict=True):
            with column.container(border=True):
                result = results[label]
                st.markdown(f"**{label}**")
                st.caption(
                    f"{counted(len(result.mentions), 'mention')}. "
                    f"{live.times_in_words(by_label[label], result, timings)}."
                )
                st.html(STYLE + live.view(text, label, result, places))
                for note in result.notes:
                    st.caption(unmarked(note))

if mode == live.COMPARE and len(results) > 1:
    differing = tables.disagreements(text, places)
    st.header("Where they disagree")
    if differing.empty:
        st.success(f"All {len(results)} models mark the same {len(places)} mentions.")
    else:
        st.caption(
            f"{len(differing)} of {len(places)} marked places, what matters most first. Numbers behind types are "
            "confidences."
        )
        show_table(differing, "disagreements", tables.disagreement_columns())

mentions_tab, tokens_tab, race_tab, share_tab, correct_tab, redact_tab = st.tabs(
    ["Mentions", "Tokens", "Race", "Share and export", "Correct", "Redact"]
)
with mentions_tab:
    found = tables.mention_table(text, {label: result.mentions for label, result in results.items()})
    show_table(found, "mentions", tables.mention_columns())
with tokens_tab:
    shown = st.selectbox("Model", list(by_label), key="token_model")
    tokens = live.token_table(by_label[shown], text)
    if tokens is None:
        st.info(f"{shown} has no token probabilities: its kind gives none.")
    else:
        show_table(tokens, "tokens", tables.token_columns())
with race_tab:
    st.caption(
        f"Each model tags this text over and over, in turns, {live.RACE_ROUNDS} rounds. What you see is this machine "
        "now, with everybody who uses it; the measured comparison stands on the Efficiency page."
    )
    remote = [label for label, choice in by_label.items() if kind_of(choice.run).remote(choice.run)]
    if remote:
        st.caption(f"{listed(remote)}: not in the race, because a server answers, and its answers are kept.")
    racing = {label: choice for label, choice in by_label.items() if label not in remote}
    if st.button("Start the race", icon=":material/flag:", disabled=not racing):
        taggers = {label: get_tagger(choice.run, choice.variant) for label, choice in racing.items()}
        families = {label: family_of(choice.run) for label, choice in by_label.items()}
        bar, lanes = st.progress(0.0, "Racing"), st.empty()

        def show_round(table: object, share: float) -> None:
            """Draw the state after a round."""
            bar.progress(share, f"Racing: {share:.0%}")
            lanes.plotly_chart(arrange(live.race_bars(table, families)), width="stretch", key=f"race_{share}")

        final = live.race(taggers, text, show_round)
        bar.empty()
        lanes.empty()
        show_figure(live.race_bars(final, families), final, "race", "Bar chart: tokens per second of each model.")
with share_tab:
    st.markdown("**Link to this view**")
    show_link(text, "text", {"mode": [mode], "model": selected, "confidence": [f"{threshold:g}"]})
    taken = st.selectbox("Results of", list(results), key="share_model")
    personal = get_domain(by_label[taken].run.info.domain).personal
    source = by_label[taken]
    origin = Origin(source.run.name, source.variant, threshold, results[taken].date)
    share.draw_downloads(text, taken, results[taken].mentions, personal, origin)
    # A block that scrolls by itself cannot be reached with the keyboard; what holds it can, by its button.
    with st.container(height=300, border=False):
        shown_json = share.as_json(text, taken, results[taken].mentions, personal, origin)
        st.code(shown_json, language="json", wrap_lines=True)
with correct_tab:
    wrong = st.selectbox("Mentions of", list(results), key="correct_model")
    source = by_label[wrong]
    origin = Origin(source.run.name, source.variant, threshold, results[wrong].date)
    live_correct.draw(source.run, text, results[wrong].mentions, origin)
with redact_tab:
    hiding, finder, hider = redact.choose_finder(get_domain(runs[0].info.domain), list(results), "redact")
    plan = redact.choose_plan(hiding, "redact_text")
    if plan is None:
        st.info("Choose a type to hide.")
        stop_page()
    by = finder if hider is None else by_label[hider]
    try:
        wished = redact.choose_wish(hiding, plan, by, "redact_text")
        # Another model is opened only for who wants it: the page is about those above.
        if hider is not None or st.toggle("Find it and hide it", key="redact_now"):
            # The threshold is of the models above; a share that is wished for counts alone.
            least = threshold if hider is not None and wished is None else 0.0
            if hider is not None and wished is None:
                found_now = results[hider].mentions
            else:
                found_now = live.find(by, hiding, text, least, wished)
            tagger = live.choose_tagger(hiding, by, wished).tagger
            hidden = redact.redact_text(text, found_now, plan, tagger, least)
            st.code(hidden, language=None, wrap_lines=True)
    except InputError as error:
        st.error("Nothing is redacted.")
        show_reason(str(error))
