"""What weak labels, each step of the training, and few sentences brought."""

from __future__ import annotations

import streamlit as st

from itner.core.errors import InputError
from itner.core.words import unmarked
from itner.dashboard import training
from itner.dashboard.cache import (
    load_ablation,
    load_curve,
    load_datasets,
    load_runs,
    load_weak_reports,
    unlabelled_text,
)
from itner.dashboard.commands import domain_words, known_dataset
from itner.dashboard.training_ablation import ablation_columns, ablation_figure, ablation_table
from itner.dashboard.training_curve import curve_columns, curve_figure, curve_table
from itner.dashboard.widgets import (
    begin,
    choose_domain,
    end_page,
    load_measured,
    show_command,
    show_damage,
    show_figure,
    show_table,
)
from itner.domains.registry import default_domain, domain_names, get_domain
from itner.reporting.ablation import ablation_in_words
from itner.reporting.curve import curve_in_words
from itner.reporting.tracks import tracks_in_words

_UNDONE = "Nobody has measured this here yet. Measure it with:"


def show_weak(domain: str) -> None:
    """What became of text that nobody annotated."""
    st.header("Weakly labelled text")
    try:
        reports = load_weak_reports(domain)
    except InputError as error:
        show_damage("What the labelling functions did cannot be shown.", error)
        return
    if not reports:
        text, path = unlabelled_text(domain)
        st.info(f"No text has been labelled weakly yet. Label {text} with:")
        dev = known_dataset(domain)
        show_command("label", path, "--dev", dev, "--dataset", f"{dev}-weak")
    for labelled in reports:
        st.subheader(unmarked(labelled.name))
        st.markdown(training.weak_in_words(labelled))
        show_table(training.functions_table(labelled), f"weak-{labelled.name}", training.functions_columns())


def show_ablation(domain: str) -> None:
    """What each step of the training brought; nothing where the domain plans no such measurement."""
    if get_domain(domain).ablation is None:
        return
    st.header("What each step of the training brought")
    ablation = load_measured(lambda: load_ablation(domain), "The ablation", _UNDONE, "ablate", *domain_words(domain))
    if ablation is None:
        return
    st.markdown(ablation_in_words(ablation))
    steps = ablation_table(ablation)
    alt = "Line chart: micro-F1 on each dev set after each step, every seed as a point."
    show_figure(ablation_figure(ablation), steps, "ablation-figure", alt)
    show_table(steps, "ablation", ablation_columns())


def show_curve(domain: str) -> None:
    """What few sentences teach; nothing where the domain plans no such measurement."""
    if get_domain(domain).curve is None:
        return
    st.header("What few sentences teach")
    words = ("learning-curve", *domain_words(domain))
    curve = load_measured(lambda: load_curve(domain), "The learning curve", _UNDONE, *words)
    if curve is None:
        return
    st.markdown(curve_in_words(curve))
    points = curve_table(curve)
    alt = "Line chart: micro-F1 on dev over the number of annotated sentences, every seed as a point."
    show_figure(curve_figure(curve), points, "curve-figure", alt)
    show_table(points, "curve", curve_columns(curve))
    release = get_domain(domain).release
    for paragraph in tracks_in_words(load_runs()[0], release) if release is not None else ():
        st.markdown(paragraph)


begin("How it was trained", "What text without annotation, each step of the training, and few sentences brought.")
try:
    prepared = {stats.domain for stats in load_datasets().values()}
except InputError as error:
    show_damage("There are no statistics of prepared data.", error)
    prepared = set()
domain = choose_domain(prepared or {default_domain()}, domain_names())
show_weak(domain)
show_ablation(domain)
show_curve(domain)
end_page()
