"""What the user has chosen: kept over page switches, and written to the URL so that a link opens the same view.

A page calls `begin`, draws its choices with the functions below, and calls `write_link` once. Streamlit forgets the
state of a widget that was not drawn, and its own binding to the URL loses a choice on pages that do not draw it; so
the choices are kept beside the widgets.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlencode

import streamlit as st

from itner.dashboard.shared_texts import KEPT_IN_WORDS, shared_texts

T = TypeVar("T")
Option = TypeVar("Option", bound=str)

# In the session; and the page that has no place of its own in the address.
_KEY, _FIRST = "selection", "/"
# How an address says that nothing is chosen of many.
_NOTHING = ""
# Choices that mean the same on several pages.
SHARED = ("domain", "dataset", "split", "run", "variant")
# Addresses of a page that are remembered; who goes back farther finds the choices as they are.
_MOST_SEEN = 200
# Ends the key of a text that stands in the server's memory, not in the link.
_SHARED = "_link"
# Links from before still open what they showed.
_RENAMED = {"precision": "variant", "mib": "mb"}
Query = dict[str, list[str]]


@dataclass
class _State:
    """What a session has chosen.

    Attributes:
        entered: the page that is to be drawn, "" where nobody says which.
        page: that is drawn.
        kept: choices by key, over page switches.
        asked: what the address asks for that was just followed.
        whole: whether that address tells all, so that what it does not name is as the page begins.
        link: the choices that the address is to name.
        drawn: keys that this run of the page asked for.
        widgets: what their widgets were made of since the page was opened, by key.
        defaults: what they began with last, on whatever page.
        written: the page and the address that were left last.
        seen: addresses that were left, by page, the last one last.
    """

    entered: str = ""
    page: str = ""
    kept: dict[str, object] = field(default_factory=dict)
    asked: Query = field(default_factory=dict)
    whole: bool = False
    link: Query = field(default_factory=dict)
    drawn: set[str] = field(default_factory=set)
    widgets: dict[str, object] = field(default_factory=dict)
    defaults: dict[str, object] = field(default_factory=dict)
    written: tuple[str, Query] | None = None
    seen: dict[str, list[Query]] = field(default_factory=dict)


def enter(page: str) -> None:
    """Say which page is to be drawn, by its place in the address, before it is."""
    _state().entered = page or _FIRST


def begin(title: str) -> None:
    """Take over what the URL asks for, unless it is what this session has written there itself.

    An address of this page that the session wrote before is come back to, by the browser's Back say: it tells all, and
    what it does not name is as the page begins. Any other one is a link, which may name a part of the choices.

    Args:
        title: the page's, by which it is known where nobody has said which it is (`enter`).
    """
    state = _state()
    page = state.entered or title
    if state.page != page:
        state.page, state.widgets = page, {}
    address = {_RENAMED.get(key, key): asked for key, asked in _read_address().items()}
    # An address that lags behind what somebody is choosing right now is none that was followed.
    arrived = (page, address) != state.written and not _is_choosing(state)
    state.asked = address if arrived else {}
    same_page = state.written is not None and state.written[0] == page
    state.whole = arrived and (same_page or address in state.seen.get(page, []))
    state.link, state.drawn = {}, set()


def write_link() -> None:
    """Put every choice that is not the default into the URL, and leave those there that it names."""
    state, address = _state(), _read_address()
    # What other pages share goes along, so that nothing has to be added when it is come back to.
    link = {key: address[key] for key in SHARED if key in address and key not in state.drawn} | state.link
    if address != link:
        st.query_params.from_dict(link)
    state.written = (state.page, link)
    seen = state.seen.setdefault(state.page, [])
    if link in seen:
        seen.remove(link)
    seen.append(link)
    del seen[:-_MOST_SEEN]


def leave_out(key: str) -> None:
    """Say that there is nothing to choose here, so that the address does not go on to name it."""
    _state().drawn.add(key)


def link_to(page: str) -> dict[str, list[str]]:
    """The choices that a page was left with, and what pages share as it is chosen now: for a link to the page."""
    state = _state()
    seen = state.seen.get(page or _FIRST, [])
    own = {key: asked for key, asked in (seen[-1] if seen else {}).items() if key not in SHARED}
    link = state.written[1] if state.written is not None else {}
    return {key: asked for key, asked in link.items() if key in SHARED} | own


def write(key: str, value: str) -> None:
    """Put into the URL what no widget of the page asks for; `wanted` reads it from a link."""
    _state().link[key] = [value]


def choose_one(
    label: str,
    options: Sequence[Option],
    key: str,
    default: Option | None = None,
    names: Mapping[Option, str] | None = None,
    help: str | None = None,
    pills: bool = False,
    radio: bool = False,
) -> Option:
    """One of `options`, the first unless `default` says otherwise; `names` is what the user reads.

    Args:
        radio: one below the other, so that long names are read whole where there is little room.
    """
    first = default if default is not None and default in options else options[0]
    asked = _asked(key)
    value: object = asked[0] if asked else _kept(key, first)
    if isinstance(value, list) and value:
        # Several of them were chosen under this key, where several can be.
        value = first if first in value else value[0]
    preset(key, value if value in options else first, (pills, radio, *options))
    show = _names(names)
    if pills:
        chosen = st.segmented_control(label, options, key=key, format_func=show, help=help, required=True)
    elif radio:
        chosen = st.radio(label, options, key=key, format_func=show, help=help)
    else:
        chosen = st.selectbox(label, options, key=key, format_func=show, help=help)
    chosen = next(option for option in options if option == chosen)
    _keep(key, chosen, first, [str(chosen)])
    return chosen


def choose_many(
    label: str,
    options: Sequence[Option],
    key: str,
    default: Sequence[Option],
    names: Mapping[Option, str] | None = None,
    help: str | None = None,
    most: int | None = None,
    pills: bool = False,
) -> list[Option]:
    """Any of `options`, in their order; choices that are no longer among them are dropped."""
    first = [option for option in default if option in options]
    asked: Sequence[str] = _asked(key)
    value: Sequence[str] = asked or _kept(key, first)
    if list(asked) == [_NOTHING]:
        value = []
    if isinstance(value, str):
        # One was chosen under this key, where one can be.
        value = [value]
    known = [option for option in options if option in value][:most]
    # Nothing chosen is a choice; nothing left of what was chosen is not.
    preset(key, known if known or not value else first, (pills, most, *options))
    show = _names(names)
    if pills:
        chosen = st.pills(label, options, selection_mode="multi", key=key, format_func=show, help=help, wrap=True)
    else:
        chosen = st.multiselect(label, options, key=key, format_func=show, help=help, max_selections=most)
    ordered = [option for option in options if option in chosen]
    _keep(key, ordered, first, [str(option) for option in ordered])
    return ordered


def choose_number(
    label: str, low: float, high: float, step: float, key: str, default: float, format: str, help: str | None = None
) -> float:
    """A number between `low` and `high`; one from a link that lies outside is moved to the nearer end."""
    asked = _asked(key)
    value = _kept(key, default)
    if asked:
        try:
            value = float(asked[0])
        except ValueError:
            value = default
    # Written so that "nan" in a link falls back, too.
    preset(key, min(max(value, low), high) if low <= value or value <= high else default, (low, high, step))
    chosen = st.slider(label, low, high, step=step, key=key, format=format, help=help)
    _keep(key, chosen, default, [f"{chosen:g}"])
    return float(chosen)


def choose_text(
    key: str, default: str, most: int, draw: Callable[[], str], public: Collection[str] | None = None
) -> str:
    """A text that `draw` asks for with a widget of this key.

    Args:
        most: a text from a link is cut at this many characters.
        public: the only texts that are written into the URL, which browsers keep and proxies log: any other one is the
            user's, and stands there only while it is what a link brought; None for a text that is nobody's secret.
            Of a text that a link made by `share` brings, its token stands there.
    """
    asked = _asked(key)
    if public is not None and (tokens := _asked(f"{key}{_SHARED}")):
        found = shared_texts().find(tokens[0])
        st.session_state[f"{key}{_SHARED}"] = (tokens[0], found)
        asked = [] if found is None else [found]
        if found is None:
            st.warning(
                f"The text of this link is not kept any more: it is kept {KEPT_IN_WORDS}. Ask for a new link.",
                icon=":material/link_off:",
            )
    # A text of the user's stands in no address, so that none can say that it is gone.
    value = (asked[0] if asked else _kept(key, default, said=public is None))[:most]
    preset(key, value)
    text = draw()
    _keep(key, text, default, [text])
    link = _state().link
    if public is not None and text not in public and st.query_params.get_all(key) != [text]:
        link.pop(key, None)
    token, brought = st.session_state.get(f"{key}{_SHARED}", ("", None))
    if text == brought:
        link.pop(key, None)
        link[f"{key}{_SHARED}"] = [token]
    return text


def share(key: str, text: str, choices: Mapping[str, Sequence[str]] = MappingProxyType({})) -> str:
    """An address that opens this page with the choices as they are and with a text, which is kept for it from now on.

    Args:
        choices: that are to be in it even where they are what the page begins with, which may change.
    """
    query: dict[str, Sequence[str]] = {**_read_address()}
    query |= {**choices, f"{key}{_SHARED}": [shared_texts().keep(text)]}
    query.pop(key, None)
    return f"{st.context.url}?{urlencode(sorted(query.items()), doseq=True)}"


def wanted(key: str) -> str | None:
    """What a link asks for, else the one thing chosen before, whether it is to be had here or not."""
    asked = _asked(key)
    found = asked[0] if asked else _kept(key, None)
    return found if isinstance(found, str) else None


def ask(key: str, *values: str) -> None:
    """Take the link for one that asks for this: for links that ask in other words, such as those from before."""
    _state().asked[key] = list(values)


def arrived(key: str) -> bool:
    """Whether the link that was just followed asks for this."""
    return bool(_asked(key))


def set_choice(key: str, value: object) -> None:
    """Choose for the user, in a callback: a button that fills a text box, say."""
    _state().kept[key] = value
    st.session_state[key] = value


def preset(key: str, value: object, made_of: object = None) -> None:
    """What the widget of this key, which is drawn next, is to show.

    Set where it shows that already, it would replace what somebody goes on to choose or to type. A widget that a page
    draws for the first time is another one than that of the page before, and so is one that is made of something else:
    Streamlit begins it anew, and it has to be set.

    Args:
        made_of: its options, or the ends of its range.
    """
    widgets = _state().widgets
    same = key in widgets and widgets[key] == made_of
    if not same or key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    widgets[key] = made_of


def _state() -> _State:
    state: _State = st.session_state.setdefault(_KEY, _State())
    return state


def _read_address() -> Query:
    return {key: st.query_params.get_all(key) for key in st.query_params}


def _is_choosing(state: _State) -> bool:
    """Whether a widget has another value than the page was drawn with: then this is an answer to a choice."""
    return any(
        key in st.session_state and _plain(st.session_state[key]) != _plain(state.kept[key])
        for key in state.drawn
        if key in state.kept
    )


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, list) else value


def _asked(key: str) -> list[str]:
    return _state().asked.get(key, [])


def _kept(key: str, default: T, said: bool = True) -> T:
    state = _state()
    if said and state.whole:
        return default
    # The widget's own state is newer than what was kept: it holds what the user has just changed.
    kept: Any = st.session_state[key] if key in st.session_state else state.kept.get(key, default)
    # What nobody has chosen, the address does not name: it is what there is to begin with, here and now.
    unchosen = key in state.defaults and kept == state.defaults[key] and key not in st.query_params
    return default if said and unchosen else kept


def _keep(key: str, value: object, default: object, link: list[str]) -> None:
    state = _state()
    state.drawn.add(key)
    state.kept[key], state.defaults[key] = value, default
    # A default that the URL names stays there: taking it out would be a new page in the browser's history, from which
    # the way back leads to itself.
    named = link or [_NOTHING]
    if value != default or st.query_params.get_all(key) == named:
        state.link[key] = named


def _names(names: Mapping[Option, str] | None) -> Callable[[Option], str]:
    return (lambda option: names.get(option, str(option))) if names is not None else str
