"""The Live page's work: which taggers can be chosen, tagging with a time, the highlighted view, tokens, the race."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.core.errors import InputError
from itner.core.tokens import split_tokens
from itner.core.types import Mention, Tagger
from itner.dashboard import selection
from itner.dashboard.cache import compare, get_tagger, rules_of, state_of
from itner.dashboard.widgets import default_dataset
from itner.domains.registry import Domain, get_domain
from itner.evaluation.agreement import Place
from itner.files.highlighting import highlight
from itner.files.tagging import reaching
from itner.records.store import Run
from itner.reporting.advice import Limits, advise
from itner.reporting.answers import list_losses
from itner.reporting.latency import Timing
from itner.reporting.palette import FAMILY_COLORS, NEUTRAL
from itner.reporting.rows import MISSING, list_rows, milliseconds
from itner.taggers.base import Accountable, Adjustable, TokenScores
from itner.taggers.registry import KINDS, kind_of, lack_of, model_label
from itner.workflows.tag import Chosen

Mode = Literal["demo", "compare"]
DEMO: Mode = "demo"
COMPARE: Mode = "compare"
MODES: tuple[Mode, ...] = (DEMO, COMPARE)
MODE_NAMES: dict[Mode, str] = {DEMO: "Demo", COMPARE: "Compare"}
# That are compared at once.
MOST = 6
MAX_CHARACTERS = 20_000
_TIMED_CALLS = 3
_LONG_CALL_S = 0.1
_RESULTS, _TOKENS, _WISHED = "live_results", "live_tokens", "live_wished"

RACE_ROUNDS = 5
_RACE_TOKENS = 1_000


@dataclass(frozen=True)
class Choice:
    """A variant of a run."""

    run: Run
    variant: str

    @property
    def key(self) -> str:
        """Short and unique, for links."""
        return f"{self.run.name}@{self.variant}"

    @property
    def label(self) -> str:
        """Unique among choices, for people."""
        return model_label(self.run.name, self.variant)


@dataclass(frozen=True)
class Tagged:
    """A tagger's mentions in a text, and the median time of so many calls; `notes` on what it could not mark.

    `date` is when it was tagged.
    """

    mentions: tuple[Mention, ...]
    milliseconds: float
    calls: int
    notes: tuple[str, ...] = ()
    date: datetime = field(default_factory=lambda: datetime.now(UTC))


def list_choices(runs: Sequence[Run]) -> list[Choice]:
    """Every variant of every run that can be opened here: the most useful first, of equals by their kinds.

    The run that its domain tags with comes first, those that learned from few sentences last.
    """
    kinds = list(KINDS)
    ranked = [
        ((place, _rank(run), kinds.index(run.info.kind), number), Choice(run, variant))
        for number, run in enumerate(runs)
        if lack_of(run) is None
        for place, variant in enumerate(kind_of(run).live)
    ]
    return [choice for _, choice in sorted(ranked, key=lambda entry: entry[0])]


# The rank of those that learned from few sentences.
_FEW = 2


def _rank(run: Run) -> int:
    release = get_domain(run.info.domain).release
    if release is None:
        return 1
    return 0 if run.name == release.default else _FEW if run.name in {plan.name for plan in release.tracks} else 1


def recommend(runs: Sequence[Run], choices: Sequence[Choice]) -> tuple[Choice, str]:
    """What Overview advises without limits, of what can be opened here, and why it is shown.

    The most useful of the choices where nothing of them was both scored and timed.
    """
    known = {(choice.run.name, choice.variant): choice for choice in choices}
    found = default_dataset(runs)
    if found is not None:
        rows = [row for row in list_rows(runs, *found) if (row.run, row.variant) in known]
        row = advise(rows, Limits(), compare).row
        if row is not None:
            return known[row.run, row.variant], f"what Overview advises on {found[0]} {found[1]}, without limits"
    return choices[0], "the first of those that can be opened, as nothing here was both scored and timed"


def choose_mode() -> Mode:
    """One model shown at work, or several compared. A link that names several models and no mode compares them."""
    asked = st.query_params.get_all("model")
    default: Mode = COMPARE if len(asked) > 1 else DEMO
    if selection.arrived("model") and not selection.arrived("mode"):
        selection.set_choice("mode", default)
    return selection.choose_one("Mode", MODES, "mode", default, MODE_NAMES, pills=True)


def take_along(choices: Sequence[Choice]) -> None:
    """Whoever goes from one model to comparing compares it with those to begin with."""
    shown = selection.wanted("model")
    if shown is not None and not selection.arrived("model"):
        selection.set_choice("model", list(dict.fromkeys([shown, *choose_first(choices)]))[:MOST])


def is_prompt(choice: Choice) -> bool:
    """Whether a text can be tagged anew with every word that is typed: here, and not word for word."""
    kind = kind_of(choice.run)
    return kind.remote(choice.run) is None and not kind.slow


def times_in_words(choice: Choice, result: Tagged, timings: Mapping[tuple[str, str], Timing]) -> str:
    """What tagging took here, and what the benchmark measured of the same network, each with its name."""
    calls = f"median of {result.calls} calls" if result.calls > 1 else "one call"
    said = f"{result.milliseconds:,.1f} ms here, now ({calls})"
    timing = timings.get((choice.run.name, choice.variant))
    if timing is None:
        return f"{said}; benchmark: {MISSING}, not measured"
    bench = choice.run.bench.result(choice.variant) if choice.run.bench is not None else None
    unit = bench.unit if bench is not None else "pieces"
    return f"{said}; benchmark: {milliseconds(timing.p50.value)} ms for {timing.length} {unit} (median)"


def choose_tagger(domain: Domain, choice: Choice | None, wished: float | None = None) -> Chosen:
    """The tagger of a choice, at a threshold of its own where one is wished; the domain's rules for None.

    InputError when the tagger has no threshold.
    """
    if choice is None:
        return Chosen(rules_of(domain.name), f"the rules of domain {domain.name!r}")
    tagger = get_tagger(choice.run, choice.variant)
    if wished is not None:
        if not isinstance(tagger, Adjustable):
            raise InputError(f"{choice.label} has no threshold")
        tagger = tagger.at(wished)
    return Chosen(tagger, choice.label)


def choose_first(choices: Sequence[Choice]) -> list[str]:
    """The keys to begin with: the largest, a middling and the smallest network, each as it is to be deployed.

    Where there are no networks, whatever there is.
    """
    deployed = [choice for choice in choices if choice.variant == kind_of(choice.run).live[0]]
    deployed = [choice for choice in deployed if not kind_of(choice.run).slow] or deployed
    deployed = [choice for choice in deployed if _rank(choice.run) < _FEW] or deployed
    networks = [choice for choice in deployed if choice.run.info.parameters_total is not None]
    ordered = sorted(networks, key=lambda choice: -(choice.run.info.parameters_total or 0)) or deployed
    places = dict.fromkeys((0, len(ordered) // 2, len(ordered) - 1))
    return [ordered[place].key for place in places]


def tag_with(choice: Choice, text: str) -> Tagged:
    """Tag a text; the time is the median of a few calls, without loading the model.

    The result is kept in the session, so that moving a slider tags nothing anew.
    """
    known: dict[str, tuple[object, str, Tagged]] = st.session_state.setdefault(_RESULTS, {})
    model = state_of(choice.run)
    if choice.key in known and known[choice.key][:2] == (model, text):
        return known[choice.key][2]
    tagger = get_tagger(choice.run, choice.variant)
    if isinstance(tagger, Accountable):
        known[choice.key] = (model, text, _ask(tagger, text))
        return known[choice.key][2]
    times: list[float] = []
    mentions: list[Mention] = []
    while len(times) < _TIMED_CALLS and sum(times) < _LONG_CALL_S:
        started = time.perf_counter()
        (mentions,) = tagger.tag([text])
        times.append(time.perf_counter() - started)
    result = Tagged(tuple(mentions), statistics.median(times) * 1000, len(times))
    known[choice.key] = (model, text, result)
    return result


def _ask(tagger: Accountable, text: str) -> Tagged:
    """Ask once: asked again, a kept answer would be timed."""
    started = time.perf_counter()
    (mentions,) = tagger.tag([text])
    seconds = time.perf_counter() - started
    account = tagger.account()
    notes = list_losses(account)
    if account.known and not account.requests:
        notes.append("answered before, so the time says nothing")
    return Tagged(tuple(mentions), seconds * 1000, 1, tuple(notes))


def find(
    choice: Choice | None, domain: Domain, text: str, threshold: float, wished: float | None = None
) -> tuple[Mention, ...]:
    """What a choice, or the domain's rules for None, finds in a text; kept as `tag_with` keeps it.

    Args:
        wished: the tagger's own threshold (see `Adjustable`); then `threshold` takes nothing.
    """
    if choice is None:
        return tuple(choose_tagger(domain, None).tagger.tag([text])[0])
    if wished is not None:
        key = (choice.key, state_of(choice.run), text, wished)
        known: tuple[object, tuple[Mention, ...]] | None = st.session_state.get(_WISHED)
        if known is None or known[0] != key:
            known = st.session_state[_WISHED] = (
                key,
                tuple(choose_tagger(domain, choice, wished).tagger.tag([text])[0]),
            )
        return known[1]
    return above(tag_with(choice, text), threshold).mentions


def above(result: Tagged, threshold: float) -> Tagged:
    """The result with only the mentions whose confidence reaches the threshold."""
    return replace(result, mentions=reaching(result.mentions, threshold))


def view(text: str, label: str, result: Tagged, places: Sequence[Place]) -> str:
    """The highlighted text of one tagger: what others see differently is marked, what they see alike has no colour."""
    differing = {
        (mention.start, mention.end, mention.type)
        for place in places
        if not place.agreed
        for mention in place.mentions[label]
    }
    gaps = [(place.start, place.end) for place in places if not place.mentions[label]]
    return highlight(text, result.mentions, differing, gaps, dimmed=len(places[0].mentions) > 1 if places else False)


def token_table(choice: Choice, text: str) -> pd.DataFrame | None:
    """One line a token: its text, BIO tag, the tag's probability, and the next likely tag with its own.

    None for a kind that has no token probabilities. The table is kept in the session like the mentions.
    """
    tagger = get_tagger(choice.run, choice.variant)
    if not isinstance(tagger, TokenScores):
        return None
    key = (choice.key, state_of(choice.run), text)
    known: tuple[object, pd.DataFrame] | None = st.session_state.get(_TOKENS)
    if known is None or known[0] != key:
        known = st.session_state[_TOKENS] = (key, list_tokens(tagger, text))
    return known[1]


def list_tokens(tagger: TokenScores, text: str) -> pd.DataFrame:
    """The table of `token_table`, computed."""
    labels = tagger.scheme.labels
    parts = []
    for segment in tagger.read([text]):
        probabilities = segment.prediction.probabilities
        ranked = np.argsort(-probabilities, axis=1)[:, :2]
        rows = np.arange(len(ranked))
        document = segment.sentence.document
        places = [segment.sentence.span(token.start, token.end) for token in document.tokens]
        parts.append(
            pd.DataFrame(
                {
                    "token": document.token_texts(),
                    "tag": [labels[index] for index in ranked[:, 0]],
                    "probability": probabilities[rows, ranked[:, 0]],
                    "next": [labels[index] for index in ranked[:, 1]],
                    "its probability": probabilities[rows, ranked[:, 1]],
                    "start": [start for start, _ in places],
                    "end": [end for _, end in places],
                }
            )
        )
    columns = ["token", "tag", "probability", "next", "its probability", "start", "end"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def race(taggers: Mapping[str, Tagger], text: str, on_round: Callable[[pd.DataFrame, float], None]) -> pd.DataFrame:
    """Throughput of each tagger on the text, repeated to about a thousand tokens; the taggers take turns.

    Args:
        on_round: hears the table so far and the share done, after each round.
    Returns:
        model, tokens/s (median of the rounds), slowest and fastest round.
    """
    size = max(1, len(split_tokens(text)))
    texts = [text] * max(1, round(_RACE_TOKENS / size))
    rates: dict[str, list[float]] = {label: [] for label in taggers}
    table = pd.DataFrame()
    for number in range(RACE_ROUNDS):
        # Each round begins with another model, so that none always runs first.
        order = list(taggers)[number % len(taggers) :] + list(taggers)[: number % len(taggers)]
        for label in order:
            started = time.perf_counter()
            taggers[label].tag(texts)
            rates[label].append(size * len(texts) / (time.perf_counter() - started))
        table = pd.DataFrame(
            {
                "model": list(rates),
                "tokens/s": [statistics.median(values) for values in rates.values()],
                "slowest round": [min(values) for values in rates.values()],
                "fastest round": [max(values) for values in rates.values()],
            }
        )
        on_round(table, (number + 1) / RACE_ROUNDS)
    return table


def race_bars(table: pd.DataFrame, families: Mapping[str, str]) -> go.Figure:
    """Tokens per second as bars in lanes, with the range of the rounds.

    Args:
        families: each model's family, for its colour.
    """
    figure = go.Figure(
        go.Bar(
            y=table["model"],
            x=table["tokens/s"],
            orientation="h",
            marker={"color": [FAMILY_COLORS.get(families[label], NEUTRAL) for label in table["model"]]},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": table["fastest round"] - table["tokens/s"],
                "arrayminus": table["tokens/s"] - table["slowest round"],
            },
            texttemplate="%{x:,.0f}",
            textposition="inside",
            insidetextanchor="start",
            hovertemplate="<b>%{y}</b><br>%{x:,.0f} tokens/s<extra></extra>",
        )
    )
    figure.update_layout(
        xaxis={"title": "tokens/s (median of the rounds; whiskers: slowest and fastest)", "rangemode": "tozero"},
        yaxis={"autorange": "reversed"},
        height=100 + 44 * len(table),
        margin={"t": 10, "b": 45},
    )
    return figure
