"""One model shown at work: what is on by itself, types as filters, the list of what was found, tagging while typing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from itner.core.types import Mention
from itner.core.words import counted, unmarked
from itner.dashboard.work import keep, session_choices
from itner.domains.colours import type_colour
from itner.files.highlighting import highlight

# What the ids of the highlights begin with; nothing else on the page has such an id.
ANCHOR = "mention-"
# A text is tagged when nobody has typed for so long.
PAUSE_MS = 400

STYLE = """<style>
.itner-mono .itner-text { font-family: ui-monospace, "Source Code Pro", Menlo, Consolas, monospace; font-size: 0.92em;
  line-height: 1.9; }
.itner-large .itner-text { font-size: 1.5em; }
.itner-large.itner-mono .itner-text { font-size: 1.4em; }
.itner-found { display: flex; flex-wrap: wrap; gap: 0.6em 2.2em; align-items: flex-start; }
.itner-found section { min-width: 11em; max-width: 100%; border-left: 4px solid var(--c); padding-left: 0.7em; }
.itner-found h3 { font-size: 0.95rem; font-weight: 600; margin: 0; padding: 0; }
.itner-found ul { list-style: none; margin: 0.2em 0 0; padding: 0; }
.itner-found li { margin: 0; padding: 0.1em 0; overflow-wrap: anywhere; }
.itner-found a { color: inherit; text-decoration: underline; display: inline-block; min-height: 1.5rem; }
.itner-found a:focus-visible { outline: 2px solid currentColor; outline-offset: 1px; }
.itner-found .score { font-variant-numeric: tabular-nums; margin-left: 0.45em; }
</style>"""

# As in the legend of a comparison; what is switched off is struck through.
_SWATCH = (
    '.st-key-live_types [role=toolbar] button::before { content: ""; width: 0.8em; height: 0.8em; flex: none; '
    "border-radius: 0.2em; margin-right: 0.4em; } "
    ".st-key-live_types [role=toolbar] button[aria-pressed=false]::before { opacity: 0.35; } "
    ".st-key-live_types [role=toolbar] button[aria-pressed=false] { text-decoration: line-through; }"
)
_HIDDEN, _TYPES = "live_hidden", "live_types"
_LARGE, _MONO, _MONO_GUESS = "live_large", "live_mono", "live_mono_guess"

_LOG_LINE = re.compile(
    r"^\s*(?:"
    # A date and a time, as ISO or as syslog writes them; a time alone.
    r"\[?\d{4}[-/.]\d\d[-/.]\d\d[T ,]\s?\d\d:\d\d|(?:[A-Z][a-z]{2}\s+)?[A-Z][a-z]{2}\s+\d{1,2}\s+\d\d:\d\d:\d\d"
    r"|\[?\d\d:\d\d:\d\d\b"
    # A level.
    r"|\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL|SEVERE)\b[\]:| ]"
    # Frames of a stack.
    r"|at\s+[\w$.<>/]+(?:\(|\s+in\s)|Caused by:\s|\.\.\. \d+ (?:more|common frames)|Traceback \(most recent"
    r"|File \"[^\"]+\", line \d+|[\w.]+(?:Error|Exception)(?::|$)|Exception in thread\b"
    # Of the kernel and of container programs.
    r"|\w[\w.-]*:? \[\s*\d+\.\d{3,}\]|[IWEF]\d{4} \d\d:\d\d:\d\d"
    r")"
)
_FEW_LINES, _SHARE = 2, 0.3


def is_log_line(line: str) -> bool:
    """Whether a line looks like one of a log or of a stack trace."""
    return _LOG_LINE.match(line) is not None


def looks_like_log(text: str) -> bool:
    """Whether enough lines of a text look like those of a log: two at least, and three of ten."""
    lines = [line for line in text.splitlines() if line.strip()]
    found = sum(map(is_log_line, lines))
    return found >= _FEW_LINES and found >= _SHARE * len(lines)


def choose_appearance(text: str) -> tuple[bool, bool]:
    """Whether the highlighted text is large, and whether in letters of one width: those are on by themselves for logs.

    Who has switched them keeps that: the size as long as the session lasts, the letters until a text is of the other
    sort. A text that is taken away for the next one changes neither.
    """
    guess, choices = looks_like_log(text), session_choices()
    if choices.get(_MONO_GUESS) != guess:
        choices[_MONO_GUESS] = choices[_MONO] = st.session_state[_MONO] = guess
    with st.container(horizontal=True):
        large = keep(choices, _LARGE, False, lambda: st.toggle("Presentation size", key=_LARGE))
        help = "On by itself for a text that looks like a log: times, levels, stack traces."
        mono = keep(choices, _MONO, guess, lambda: st.toggle("Monospace", key=_MONO, help=help))
    if guess and mono:
        st.caption("Monospace, because this looks like a log.")
    return large, mono


def count_types(mentions: Sequence[Mention], order: Sequence[str]) -> dict[str, int]:
    """How many mentions of each type there are, in the order of the scheme; types without any are left out."""
    counts: dict[str, int] = {}
    for mention in mentions:
        counts[mention.type] = counts.get(mention.type, 0) + 1
    known = [name for name in order if name in counts]
    return {name: counts[name] for name in [*known, *sorted(set(counts) - set(known))]}


def choose_types(counts: Mapping[str, int]) -> list[str]:
    """The legend, which is a filter: the types to show.

    What is hidden is kept, not what is shown, so that a type that a later text brings is shown.
    """
    hidden = st.session_state.setdefault(_HIDDEN, set())
    names = list(counts)
    st.session_state[_TYPES] = [name for name in names if name not in hidden]

    def hide() -> None:
        """Remember what was switched off, of what could be."""
        shown = st.session_state[_TYPES]
        st.session_state[_HIDDEN] = (hidden - set(names)) | {name for name in names if name not in shown}

    colours = "".join(
        f".st-key-{_TYPES} [role=toolbar] button:nth-child({number})::before {{ background: {type_colour(name)} }}"
        for number, name in enumerate(names, 1)
    )
    st.html(f"<style>{_SWATCH}{colours}</style>")
    chosen = st.pills(
        "Types",
        names,
        selection_mode="multi",
        key=_TYPES,
        format_func=lambda name: f"{unmarked(name)} {counts[name]}",
        help="Switched off, a type is neither highlighted nor listed. No model runs again.",
        on_change=hide,
        wrap=True,
    )
    return [name for name in names if name in chosen]


def view(text: str, mentions: Sequence[Mention], large: bool, mono: bool) -> str:
    """The highlighted text, whose mentions can be jumped to."""
    classes = " ".join(name for name, wanted in (("itner-large", large), ("itner-mono", mono)) if wanted)
    return f'<div class="{classes}">{highlight(text, mentions, anchor=ANCHOR)}</div>'


def list_found(text: str, mentions: Sequence[Mention], order: Sequence[str]) -> str:
    """What was found, by type and by wording, with counts and scores; each links to its highlight of `view`."""
    groups: dict[str, dict[str, list[tuple[int, Mention]]]] = {name: {} for name in count_types(mentions, order)}
    for number, mention in enumerate(mentions):
        wording = " ".join(text[mention.start : mention.end].split())
        groups[mention.type].setdefault(wording, []).append((number, mention))
    parts = []
    for name, wordings in groups.items():
        total = sum(map(len, wordings.values()))
        lines = "".join(f"<li>{_line(wording, places)}</li>" for wording, places in wordings.items())
        parts.append(
            f'<section style="--c:{type_colour(name)}"><h3>{escape(name)} ({total})</h3><ul>{lines}</ul></section>'
        )
    return f'<div class="itner-found">{"".join(parts)}</div>'


def _line(wording: str, places: Sequence[tuple[int, Mention]]) -> str:
    (first, mention), *more = places
    shown = escape(wording)
    if not more:
        score = "" if mention.score is None else f'<span class="score">{mention.score:.2f}</span>'
        return f'<a href="#{ANCHOR}{first}">{shown}</a>{score}'
    links = []
    for count, (number, each) in enumerate(places, 1):
        said = f"{count}" if each.score is None else f"{each.score:.2f}"
        name = f"{escape(wording, quote=True)}, {count} of {len(places)}, {said}"
        links.append(f'<a class="score" href="#{ANCHOR}{number}" aria-label="{name}">{said}</a>')
    return f"{shown} ×{len(places)}{''.join(links)}"


def shown_in_words(shown: int, all_of_them: int) -> str:
    """How many mentions are shown, and how many types hide."""
    hidden = all_of_them - shown
    return counted(shown, "mention") + (f", {hidden:,} more of types that are switched off" if hidden else "")


# The text area reports when Ctrl+Enter is pressed: that is pressed for who has stopped typing. Its own text stays the
# widget's, so that nothing that is typed meanwhile is lost.
_TYPING = """
export default function ({ data }) {
  const timers = new WeakMap()
  document.oninput = (event) => {
    const box = event.target.closest?.(`.st-key-${data.key} textarea`)
    if (!box) return
    clearTimeout(timers.get(box))
    timers.set(box, setTimeout(() => box.dispatchEvent(new KeyboardEvent("keydown", {
      key: "Enter", code: "Enter", keyCode: 13, which: 13, ctrlKey: true, bubbles: true, cancelable: true,
    })), data.pause))
  }
  return () => { document.oninput = null }
}
"""


def report_while_typing(key: str) -> None:
    """Have the text area of this key report its text whenever somebody has stopped typing."""
    st.components.v2.component("itner_typing", js=_TYPING)(key="typing", data={"key": key, "pause": PAUSE_MS})
