"""Pieces that several pages share: how a page begins, broken-run cards, empty states, figures and downloads."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from html import escape
from types import MappingProxyType
from typing import Any, Literal, NoReturn, TypeVar

import pandas as pd
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from itner.core.errors import InputError
from itner.core.words import counted
from itner.dashboard import selection
from itner.dashboard.cache import AbsentText, load_datasets, load_prices, load_runs, without_places, workspace
from itner.dashboard.commands import FOLDER, known_dataset, preparing_ways, reproducing_words
from itner.dashboard.ending import stop_page, until_stopped
from itner.dashboard.figures import arrange
from itner.dashboard.shared_texts import KEPT_IN_WORDS
from itner.data.corpus import CHECK
from itner.data.processed import preparing_words
from itner.domains.registry import default_domain, domain_names, get_domain
from itner.files.items import FileNotice
from itner.files.writers import harmless_cell
from itner.records.prices import Prices
from itner.records.store import BrokenRun, Run
from itner.reporting.glossary import split_terms
from itner.reporting.picking import ORDERS, Picking, pick_runs
from itner.reporting.rows import list_datasets
from itner.taggers.base import Kind
from itner.taggers.registry import VARIANT_NAMES, VARIANTS, family_of, kind_of, lack_of

T = TypeVar("T")

# The themes' own colours for chosen options and for code are too faint to read; a link that does not fit is cut off;
# code that scrolls sideways cannot be reached with the keyboard.
_STYLE = """<style>
[data-testid=stCode] code { white-space: pre-wrap !important; overflow-wrap: anywhere; }
[data-testid=stCode] code * { color: inherit !important; }
[data-testid=stMultiSelect] [data-tag] { background: #0b6e99 !important; }
[data-testid=stBaseButton-primary] { background: #0b6e99 !important; border-color: #0b6e99 !important;
  color: #ffffff !important; }
[data-testid=stMainBlockContainer] { padding-top: 3.5rem; }
:is([data-testid=stPageLink-NavLink], [data-testid=stBaseButton-elementToolbar], [data-testid=stMain]):focus-visible,
[data-testid=stRadioOption]:has(:focus-visible) { outline: 2px solid currentColor; outline-offset: -2px; }
[data-testid=stFileUploaderDropzoneInstructions] span { white-space: normal; }
@media (min-width: 769px) and (max-width: 1200px) {
  [data-testid=stSidebar][data-collapsed=false] { width: 13.5rem !important; min-width: 13.5rem !important; }
  [data-testid=stMainBlockContainer] { padding-left: 1.5rem; padding-right: 1.5rem; }
}
.itner-words { margin: 0; }
.itner-facts { width: 100%; border-collapse: collapse; font-size: 0.875rem; }
.itner-facts :is(th, td) { padding: 0.4rem 0.6rem; border: 1px solid #8884; text-align: left; vertical-align: top;
  font-weight: normal; overflow-wrap: anywhere; }
.itner-facts th[scope=row] { width: 30%; min-width: 7rem; opacity: 0.85; }
.itner-term { position: relative; cursor: help; font-style: normal; border-bottom: 1px dotted currentColor; }
.itner-term:is(:hover, :focus)::after { content: attr(data-means); position: absolute; left: 0; top: 1.6em; z-index: 9;
  width: max-content; max-width: min(19rem, 70vw); padding: 0.4em 0.6em; border-radius: 0.3em; font-size: 0.85rem;
  font-weight: normal; line-height: 1.35; white-space: normal; background: #12161b; color: #ffffff; }
[data-testid=stPageLink-NavLink] :is([data-testid=stMarkdownContainer], p, span:has(p)) {
  white-space: normal !important; overflow: visible !important;
}
</style>"""
_MOST_NOTICES = 50
_NAMED = "Patterns with commas between them; * stands for anything."
# A page that opens lets its title go to the browser before it computes: without the pause the old page often stayed up
# until the new one was whole, and the median switch took twice as long.
_SHOWN, _PAUSE_S = "shown_page", 0.03
# Seen in both themes, and without colour by its weight.
_BEST_CELL = "font-weight: bold; background-color: #0b6e9933"
_MADE = "made_link"
_RUN_PAGE = "pages/run.py"
_COPIED = '<span role="status" style="font: 0.875rem var(--st-font); color: var(--st-text-color)"></span>'
_COPY = """
export default function ({ data, parentElement }) {
  const said = parentElement.querySelector("span")
  if (said.dataset.link === data) return
  said.dataset.link = data
  const ask = () => { said.textContent = "Copy it from the box above." }
  if (!navigator.clipboard) return ask()
  navigator.clipboard.writeText(data).then(() => { said.textContent = "Copied." }, ask)
}
"""
# Of a table's cell, about.
_MARGIN_PX, _CHARACTER_PX = 24, 7
# A longer table scrolls.
_FULL_HEIGHT_ROWS = 20
# What is asked first when a page opens; test is what a stakeholder wants to know.
_SPLITS = ("test", "dev", CHECK)


@contextmanager
def navigation(pages: Mapping[str, Sequence[Any]]) -> Iterator[None]:
    """The groups of pages in the sidebar, beside what is drawn within; each is left for as it was left, with what pages
    share as it is chosen now.

    Streamlit's own list of groups is not valid HTML for screen readers.
    """
    st.html(_STYLE)
    place = st.sidebar.empty()
    drawn = _draw_links(place, pages, None)
    try:
        with until_stopped():
            yield
    finally:
        # What was chosen meanwhile goes along.
        _draw_links(place, pages, drawn)


def _draw_links(place: Any, pages: Mapping[str, Sequence[Any]], drawn: object) -> object:
    links = {page.url_path: selection.link_to(page.url_path) for members in pages.values() for page in members}
    if links == drawn:
        return drawn
    with place.container():
        for group, members in pages.items():
            st.caption(group)
            for page in members:
                st.page_link(page, icon=page.icon, width="stretch", query_params=links[page.url_path])
    return links


def show_words(text: str) -> None:
    """A sentence in which each term that people may not know says what it means, under the pointer or when reached.

    The text may hold what others wrote: nothing in it is taken for mark-up.
    """
    parts = []
    for part, meaning in split_terms(text):
        shown = escape(part)
        if meaning:
            said = escape(f"{part}: {meaning}", quote=True)
            means = escape(meaning, quote=True)
            shown = f'<dfn class="itner-term" tabindex="0" aria-label="{said}" data-means="{means}">{shown}</dfn>'
        parts.append(shown)
    st.html(f'<p class="itner-words">{"".join(parts)}</p>')


def begin(title: str, intro: str = "") -> None:
    """Title and introduction of a page, and the choices that its link asks for."""
    if PagesManager.uses_pages_directory:
        # When the first visit to a new server goes straight to a page, Streamlit runs that page alone, because a
        # folder named `pages` is there, and never the main script that calls `st.navigation`.
        PagesManager.uses_pages_directory = False
        st.rerun()
    selection.begin(title)
    st.title(title)
    if intro:
        st.markdown(intro)
    if st.session_state.get(_SHOWN) != title:
        st.session_state[_SHOWN] = title
        time.sleep(_PAUSE_S)


def begin_page(title: str, intro: str = "", explain_broken: bool = False) -> list[Run]:
    """`begin`, how many folders cannot be used, and the runs; without any the page ends with what to run.

    Args:
        explain_broken: whether this is the page that says why.
    """
    begin(title, intro)
    runs, broken = load_runs()
    if explain_broken:
        show_broken(broken)
    elif broken:
        count = counted(len(broken), "folder")
        # With what pages share, as the links of the navigation have it.
        st.page_link(
            _RUN_PAGE,
            label=f"{count} under {workspace().models.name}/ cannot be used: why, and what to do",
            icon=":material/warning:",
            query_params=selection.link_to("run"),
        )
    # A domain that is asked for and has no run says so, and how to come by one; another one's runs would be no answer.
    asked = selection.wanted("domain")
    domain = choose_domain(
        {run.info.domain for run in runs} or {default_domain()}, [name for name in domain_names() if name == asked]
    )
    found = [run for run in runs if run.info.domain == domain]
    if not found:
        show_no_runs(domain)
        end_page()
    return found


def end_page() -> NoReturn:
    """Nothing more of this page, whose choices so far are written to its address: unwritten, they could not be changed.

    A link that is not answered asks again with each rerun.
    """
    selection.write_link()
    stop_page()


def choose_domain(names: Iterable[str], others: Iterable[str] = ()) -> str:
    """The domain that the page is about; nothing is asked where there is one.

    Args:
        names: those that the page has something of; the first is shown unless another one is asked for.
        others: that are offered as well.
    """
    known = sorted(set(names))
    domains = sorted({*known, *others})
    if len(domains) == 1:
        selection.leave_out("domain")
        return domains[0]
    titles = {name: title[:1].upper() + title[1:] for name in domains if (title := get_domain(name).title)}
    with st.sidebar:
        return selection.choose_one("Domain", domains, "domain", known[0], titles, radio=True)


def choose_dataset(runs: Sequence[Run]) -> tuple[str, str]:
    """A dataset and split that runs were scored on; without any the page ends with what to run."""
    datasets = {split: list_datasets(runs, split) for split in _SPLITS}
    splits = [split for split, names in datasets.items() if names]
    if not splits:
        show_not_evaluated(runs[0])
        end_page()
    left, right = st.columns([2, 1])
    with right:
        split = selection.choose_one(
            "Split",
            splits,
            "split",
            help="Choices are made on dev; test says how good they are; check is text of other kinds.",
            pills=True,
        )
    with left:
        dataset = selection.choose_one("Dataset", datasets[split], "dataset")
    return dataset, split


def default_dataset(runs: Sequence[Run]) -> tuple[str, str] | None:
    """The dataset and split that `choose_dataset` begins with, None where no run was evaluated."""
    return next(((names[0], split) for split in _SPLITS if (names := list_datasets(runs, split))), None)


def choose_runs(runs: Sequence[Run], most: int = 8) -> list[Run]:
    """Any of the runs, the first few unless chosen otherwise; of slow kinds one, so that they push out nobody."""
    runs = _pick_runs(runs)
    names = [run.name for run in runs]
    slow = [run for run in runs if kind_of(run).slow]
    later = {run.name for run in slow if run.name != next(r.name for r in slow if r.info.kind == run.info.kind)}
    first = [name for name in names if name not in later][:most]
    chosen = selection.choose_many("Runs", names, "run", first)
    return [run for run in runs if run.name in chosen]


def _pick_runs(runs: Sequence[Run]) -> list[Run]:
    """The runs that are offered: all, unless some are looked for."""
    names = [run.name for run in runs]
    with st.expander("Find, order and pin runs"):
        left, right = st.columns([2, 1])
        with left:
            named = selection.choose_text(
                "named", "", 100, lambda: st.text_input("Name like", key="named", help=_NAMED)
            )
        with right:
            since = selection.choose_text(
                "since", "", 10, lambda: st.text_input("Made since", key="since", placeholder="2026-01-31")
            )
        families = list(dict.fromkeys(map(family_of, runs)))
        wanted = selection.choose_many("Families (none: any)", families, "family", (), pills=True)
        order = selection.choose_one("Order", tuple(ORDERS), "run_order", names=ORDERS, pills=True)
        pinned = selection.choose_many("Pinned: first, whatever else is looked for", names, "pin", ())
    try:
        return pick_runs(runs, Picking(named, tuple(wanted), since, order, tuple(pinned)))
    except InputError as error:
        st.warning("All runs are offered.", icon=":material/warning:")
        st.text(str(error))
        return list(runs)


def choose_variants(runs: Sequence[Run], most: int | None = None, folded: bool = False) -> list[str]:
    """Any of the variants that the runs have; unless chosen otherwise, the `most` of each kind that matter most.

    Args:
        folded: whether they are out of the way until somebody asks for them.
    """
    kinds = {kind.name: kind for kind in map(kind_of, runs)}.values()
    known = [variant for variant in VARIANTS if any(variant in kind.variants for kind in kinds)]
    default = [variant for variant in known if any(variant in _first(kind, most) for kind in kinds)]
    with st.expander("Variants") if folded else nullcontext():
        return selection.choose_many("Variants", known, "variant", default, VARIANT_NAMES, pills=True)


def _first(kind: Kind, most: int | None) -> tuple[str, ...]:
    """The variants of a kind to look at first: the one to deploy, what it is to equal, then the rest."""
    ordered = dict.fromkeys((kind.live[0], *kind.exact, *kind.live))
    return tuple(ordered)[:most]


def choose_run(runs: Sequence[Run], key: str = "run_name", label: str = "Run") -> Run:
    """One run."""
    name = selection.choose_one(label, [run.name for run in runs], key)
    return next(run for run in runs if run.name == name)


def show_broken(broken: Sequence[BrokenRun]) -> None:
    """A warning card for each folder that cannot be used, with the reason."""
    for run in broken:
        title = "is not finished" if run.incomplete else "cannot be used"
        st.warning(f"Run `{run.name}` {title}", icon=":material/warning:")
        show_reason(run.reason)
        if run.remedy:
            show_command(*run.remedy)


def show_notices(problems: Sequence[FileNotice], notes: Sequence[FileNotice]) -> None:
    """A card for what could not be read of the files, with the reasons, and what was assumed about the others."""
    if problems:
        with st.container(border=True):
            files = counted(_count_files(problems), "file")
            st.warning(f"{files} could not be read, or not all of it", icon=":material/warning:")
            # The names come from the user: no Markdown in them.
            st.text(_list_notices(problems))
    if notes:
        with st.expander(f"{counted(len(notes), 'note')} on {counted(_count_files(notes), 'file')}"):
            st.text(_list_notices(notes))


def _count_files(notices: Sequence[FileNotice]) -> int:
    return len({notice.file for notice in notices})


def _list_notices(notices: Sequence[FileNotice]) -> str:
    lines = [f"{notice.file}: {notice.reason}" for notice in notices[:_MOST_NOTICES]]
    if len(notices) > _MOST_NOTICES:
        lines.append(f"and {len(notices) - _MOST_NOTICES:,} more")
    return "\n".join(lines)


def show_damage(title: str, error: Exception) -> None:
    """A card for a file that cannot be read."""
    st.warning(title, icon=":material/warning:")
    show_reason(str(error))


def show_reason(reason: str) -> None:
    """Why something failed, without where the server keeps things; it can quote what is not ours: no Markdown in it."""
    st.text(without_places(reason))


def load_measured(load: Callable[[], T | None], what: str, undone: str, *words: str) -> T | None:
    """What somebody measured; where it is damaged or was not measured, None, and the page says so and what to run.

    Args:
        what: it is, as in "The ablation".
        undone: what is said where it was not measured, before the command line of `words`.
    """
    try:
        found = load()
    except InputError as error:
        show_damage(f"{what} cannot be shown.", error)
        return None
    if found is None:
        st.info(undone)
        show_command(*words)
    return found


def find_prices() -> Prices | None:
    """What taggers cost; where that cannot be read, None, and the page says so."""
    try:
        return load_prices()
    except InputError as error:
        show_damage("The prices cannot be read.", error)
        return None


def show_command(*words: str) -> None:
    """A command line of `itner` that runs as it is printed, on the folders that the dashboard shows."""
    # Wrapped, because a block that scrolls sideways cannot be reached with the keyboard.
    st.code(workspace().command(*words), language="bash", wrap_lines=True)


def show_link(text: str, key: str, choices: Mapping[str, Sequence[str]] = MappingProxyType({})) -> None:
    """A button that makes a link to this view and copies it. The text is kept for it only when it is pressed.

    Args:
        choices: see `selection.share`.
    """
    made = st.session_state.get(_MADE)
    # As the view was when the link was made.
    state = (key, text, dict(choices), {name: st.query_params.get_all(name) for name in st.query_params})
    pressed = st.button("Copy link", icon=":material/link:", key=f"copy_{key}")
    if pressed:
        made = st.session_state[_MADE] = (state, selection.share(key, text, choices))
    if made is None or made[0] != state:
        st.caption(f"Makes a link to this view. For it the server keeps the text in its memory, {KEPT_IN_WORDS}.")
        return
    st.code(made[1], language=None, wrap_lines=True)
    # Copied while the press is still the user's; the browser may refuse, so nothing is promised.
    st.components.v2.component("itner_copy", html=_COPIED, js=_COPY)(key="copying", data=made[1])
    st.caption(
        f"Who has the link can read the text, which the server keeps in its memory for it, {KEPT_IN_WORDS}. The text "
        "itself is not in the link."
    )


def show_lack(run: Run) -> None:
    """What a run lacks to be opened here and how it is come by; nothing where nothing is lacking."""
    lack = lack_of(run)
    if lack is not None:
        st.info(f"Run `{run.name}` comes without {lack.what}, so it cannot be opened here. {lack.remedy} with:")
        show_command(*lack.words)


def note_absent(runs: Sequence[Run]) -> None:
    """The runs that cannot be chosen where texts are tagged, and where it is said why."""
    absent = [run.name for run in runs if lack_of(run) is not None]
    if absent:
        st.caption(f"Not to be opened here: {', '.join(absent)}. The page Run says what is lacking, and how to get it.")


def show_remote(runs: Sequence[Run]) -> None:
    """Where texts go whose tagger is not on this machine."""
    for run in runs:
        address = kind_of(run).remote(run)
        if address is not None:
            st.warning("What you enter leaves this machine.", icon=":material/cloud_upload:")
            # The address comes from the run's folder: no Markdown in it.
            st.text(
                f"{run.name} sends it to {address}. What is kept here is where something stands, and of which type."
            )


def show_no_runs(domain_name: str) -> None:
    """What to do when there is no run of a domain."""
    domain = get_domain(domain_name)
    st.info(f"There is no run for {domain.title} here yet.")
    if domain.release is not None:
        st.markdown("Train and measure the shipped ones with:")
        show_command(*reproducing_words(domain))
        st.markdown("Name lists and patterns need no training. Make a run of them with:")
    else:
        st.markdown("Make one of the domain's name lists and patterns with:")
    show_command("rules", domain_name)


def show_no_data(domain_name: str) -> None:
    """What to do when no dataset of a domain is prepared."""
    domain = get_domain(domain_name)
    st.info(f"No dataset of {domain.title} is prepared here yet. Prepare one with:")
    for words in preparing_ways(domain):
        show_preparing(*words)


def show_preparing(*words: str) -> None:
    """A command that prepares a dataset; where it reads files of the user's, what to put for the folder."""
    show_command(*words)
    if FOLDER in words:
        st.caption(f"{FOLDER}: your folder with train, dev and test, annotated in any of the common formats.")


def show_no_sentences(dataset: str, error: Exception) -> None:
    """Why the sentences of a dataset cannot be shown, and the command that brings them."""
    st.info("The counts stand; the sentences cannot be shown.", icon=":material/lock:")
    if isinstance(error, AbsentText):
        st.markdown("Their text is not on this machine. Bring it with:")
        show_preparing(*preparing_words(load_datasets()[dataset]))
    else:
        show_reason(str(error))


def show_not_evaluated(run: Run) -> None:
    """What to do when a run has not been scored."""
    st.info("No run has been evaluated yet. Score one with:")
    show_evaluating(run)


def show_evaluating(run: Run) -> None:
    """The command that scores a run on data of its own domain."""
    dataset = run.info.dataset.name if run.info.dataset is not None else known_dataset(run.info.domain)
    show_command("evaluate", run.name, "--dataset", dataset)


@st.fragment
def show_folded(label: str, draw: Callable[[], None], key: str) -> None:
    """An expander whose content is drawn when it is opened: a table or figure that nobody looks at takes its time, too.

    Args:
        key: names it among the page's.
    """
    folded = st.expander(label, key=f"folded_{key}", on_change="rerun")
    if folded.open:
        with folded:
            draw()


def show_figure(figure: Any, frame: pd.DataFrame, name: str, alt: str) -> None:
    """A figure with a description for screen readers, and a download of the data behind it."""
    st.plotly_chart(arrange(figure), width="stretch", key=f"figure_{name}", alt=alt, config={"displaylogo": False})
    download_csv(frame, name, key=f"download_{name}", label="Data of this figure (CSV)")


def show_table(
    frame: pd.DataFrame,
    name: str,
    columns: dict[str, Any] | None = None,
    best: Mapping[str, Callable[[pd.Series], object]] = MappingProxyType({}),
    aside: Collection[str] = (),
) -> None:
    """A table with a download of what it shows.

    Its own menu downloads what is in it, so no text in it is a formula to a spreadsheet either.

    Args:
        best: of a column, what its best cell holds; such cells are marked.
        aside: columns that are not shown until somebody asks for them in the table's own menu.
    """
    frame = harmless(frame)
    height: Literal["content", "auto"] = "content" if len(frame) <= _FULL_HEIGHT_ROWS else "auto"
    st.dataframe(
        _mark_best(frame, best) if best else frame,
        width="stretch",
        height=height,
        hide_index=True,
        column_config=_model_column(frame) | (columns or {}),
        column_order=[column for column in frame if column not in aside] if aside else None,
        key=f"table_{name}",
        placeholder="–",
    )
    download_csv(frame, name, key=f"download_{name}")


def show_facts(frame: pd.DataFrame, name: str, data: pd.DataFrame | None = None) -> None:
    """A table of names and values, each read whole however narrow the page is, with a download of it.

    The values may be what others wrote: nothing in them is taken for mark-up.

    Args:
        data: what is downloaded, where the table tells of it in words; then the columns' names are shown.
    """
    names = "".join(f'<th scope="col">{escape(str(name))}</th>' if name else "<td></td>" for name in frame.columns)
    head = f"<thead><tr>{names}</tr></thead>" if data is not None else ""
    cells = [[escape(str(cell)) for cell in line] for line in frame.itertuples(index=False)]
    lines = [f'<tr><th scope="row">{first}</th><td>{"</td><td>".join(rest)}</td></tr>' for first, *rest in cells]
    st.html(f'<table class="itner-facts">{head}<tbody>{"".join(lines)}</tbody></table>')
    download_csv(frame if data is None else data, name, key=f"download_{name}")


def _mark_best(frame: pd.DataFrame, best: Mapping[str, Callable[[pd.Series], object]]) -> Any:
    styled = frame.style
    for name in [name for name in best if name in frame]:
        value = best[name](frame[name])
        styled = styled.map(lambda cell, value=value: _BEST_CELL if cell == value else "", subset=[name])
    return styled


def _model_column(frame: pd.DataFrame) -> dict[str, Any]:
    """A column of models as wide as the longest of their names: cut off, two adapters of a run look alike."""
    if "model" not in frame or frame.empty:
        return {}
    longest = int(frame["model"].astype(str).str.len().max())
    return {"model": st.column_config.TextColumn(width=_MARGIN_PX + _CHARACTER_PX * longest)}


def offer(
    name: str,
    data: bytes | str | Callable[[], bytes],
    mime: str | None = None,
    label: str = "",
    help: str | None = None,
    ready: bool = True,
) -> None:
    """A button that takes a file home; the page stays as it is."""
    st.download_button(
        label or f"Download {name}",
        data,
        name,
        mime,
        icon=":material/download:",
        help=help,
        disabled=not ready,
        on_click="ignore",
    )


def download_csv(frame: pd.DataFrame, name: str, key: str, label: str = "Download as CSV") -> None:
    """A download of the data behind a table or figure."""
    st.download_button(
        label,
        to_csv(frame),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=key,
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def download_later(make: Callable[[], str], file_name: str, mime: str, key: str, label: str) -> None:
    """A download that is made when it is asked for, because making it takes a while."""
    st.download_button(
        label,
        make,
        file_name=file_name,
        mime=mime,
        key=key,
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def to_csv(frame: pd.DataFrame) -> str:
    """The table as CSV, marked as UTF-8 for spreadsheets, in which they take no text for a formula."""
    return f"\ufeff{harmless(frame).to_csv(index=False)}"


def harmless(frame: pd.DataFrame) -> pd.DataFrame:
    """The table without a text that a spreadsheet would take for a formula."""
    texts = frame.select_dtypes(exclude="number").columns
    # What is no formula stays as it is, its type included.
    changed = {name: cells for name in texts if not (cells := frame[name].map(harmless_cell)).equals(frame[name])}
    return frame.assign(**changed) if changed else frame


def turn_pages(items: Sequence[T], size: int, key: str) -> Sequence[T]:
    """The items of the page that the user has turned to."""
    pages = max(1, -(-len(items) // size))
    if pages == 1:
        return items
    st.session_state[key] = min(st.session_state.get(key, 1), pages)
    page = st.number_input(f"Page, of {pages:,}", 1, pages, key=key, width=160)
    return items[(page - 1) * size : page * size]
