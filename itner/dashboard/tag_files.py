"""The Tag files page's work: reading uploads once, tagging them in the background, figures of what was found."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from types import MappingProxyType
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.core.errors import InputError
from itner.core.types import Tagger
from itner.core.words import counted, unmarked
from itner.dashboard.correcting import apply_corrections
from itner.dashboard.ending import stop_page
from itner.dashboard.jobs import Job, Report, ShouldStop, finish, once
from itner.dashboard.uploading import take_files
from itner.dashboard.work import KEPT_MINUTES, Work, add_files, forget, keep, keep_only, kept_in_words
from itner.domains.colours import type_colour
from itner.files.formats import PARSERS
from itner.files.items import Columns, ReadResult, Settings, TextItem, Upload
from itner.files.limits import MAX_CHARACTERS, MAX_FILES
from itner.files.names import extension
from itner.files.readers import read_uploads
from itner.files.returned import TABLES, Found, give_back
from itner.files.summary import count_files, count_types, top_mentions
from itner.files.tagging import Origin, TaggedItem, Tagging, above
from itner.files.writers import to_bytes, write_zip
from itner.workflows.redact import tell_apart

TYPES = [extension.removeprefix(".") for extension in PARSERS]
# Those that people ask for; any other name of an encoding can be typed.
ENCODINGS = (
    "utf-8", "utf-16", "cp1252", "iso8859-15", "cp850", "cp437", "mac_roman", "cp1250", "cp1251", "koi8_r",
    "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr",
)  # fmt: skip
# Each table has a choice of its columns; the columns of more are found by content.
_MOST_TABLES = 20
# Of files that a stop kept from being tagged.
_MOST_NAMED = 20
_REFUSED = "upload_refused"


def limits_in_words() -> str:
    """What can be uploaded."""
    most = st.get_option("server.maxUploadSize")
    return (
        f"{', '.join(f'.{name}' for name in TYPES)}; {most} MB a file, {MAX_FILES} files, "
        f"{MAX_CHARACTERS / 1e6:.0f} million characters in all. Files stay in this server's memory until "
        f"{KEPT_MINUTES} minutes after the last use; they are not stored."
    )


def choose_files(work: Work | None) -> Work:
    """The files that are kept, with what adds and removes some; without any the page ends with what can be uploaded.

    What is uploaded goes from the widget, which forgets it with the page, to what is kept.
    """
    label = "Files" if work is None else "More files"
    taken = take_files(label, "upload", TYPES, limits_in_words(), work.uploads if work is not None else ())
    if taken:
        try:
            add_files(work, taken)
        except InputError as error:
            st.session_state[_REFUSED] = str(error)
        st.rerun()
    refused = st.session_state.pop(_REFUSED, None)
    if refused is not None:
        st.error(refused, icon=":material/error:")
    if work is None:
        st.info(limits_in_words(), icon=":material/upload_file:")
        stop_page()
    names = [upload.name for upload in work.uploads]
    # What is to be had is chosen to begin with: a new widget whenever that is something else.
    left = st.multiselect("Kept files", names, names, key=f"kept_{hash(tuple(names))}")
    if left != names:
        keep_only(work, left)
        st.rerun()
    st.caption(kept_in_words(work))
    if st.button("Forget my files", icon=":material/delete_forever:"):
        forget(work)
        st.rerun()
    return work


def tables_in(read: ReadResult) -> dict[str, Columns]:
    """The tables among the files that have more than one column, and the columns that were read as the text."""
    tables = ((name, columns) for name, columns in read.columns.items() if len(columns.names) > 1)
    return dict(islice(tables, _MOST_TABLES))


@dataclass(frozen=True)
class Choice:
    """Files and how they are read: the settings of all, and the text columns of those that have some of their own."""

    uploads: tuple[Upload, ...]
    settings: Settings
    columns: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def key(self) -> object:
        """What is the same as long as the same is read."""
        return _digest(self.uploads), self.settings, self.columns


def choose_columns(
    uploads: Sequence[Upload],
    settings: Settings,
    tables: Mapping[str, Columns] = MappingProxyType({}),
    chosen: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Choice:
    """The choice of these columns; those that are found by content anyway, and none, leave it to the content."""
    own = {name: tuple(columns) for name, columns in chosen.items() if columns and tuple(columns) != tables[name].read}
    return Choice(tuple(uploads), settings, tuple(own.items()))


def read(name: str, choice: Choice, held: MutableMapping[Any, Any] | None = None) -> ReadResult:
    """What `read_uploads` reads of a choice of files and columns.

    Until it is read, the page holds progress and a stop, and ends here.

    Args:
        name: of what the choice is for.
        held: where what is read is kept; None for the session.
    """

    def work(report: Report, should_stop: ShouldStop) -> ReadResult:
        of_file = {file: replace(choice.settings, columns=columns) for file, columns in choice.columns}
        return read_uploads(choice.uploads, choice.settings, of_file, should_stop, report)

    job = once(f"uploads_read_{name}", choice.key(), lambda: Job(work), held)
    result = finish(job, "Reading")
    if job.stopped and st.button("Read again", icon=":material/refresh:", key=f"again_{name}"):
        del (st.session_state if held is None else held)[f"uploads_read_{name}"]
        st.rerun()
    return result


def read_by_columns(
    uploads: Sequence[Upload], settings: Settings, label: str, area: str = "", work: Work | None = None
) -> tuple[ReadResult, Choice]:
    """What is read of files, and how: each table among them by the columns that are chosen for it.

    Args:
        label: of the choice, in front of the table's name.
        area: what the page keeps begins with it.
        work: that holds what is read and chosen; None where the session does.
    """
    held = work.held if work is not None else None
    as_found = read(f"{area}as found", choose_columns(uploads, settings), held)
    tables = tables_in(as_found)
    columns = {
        name: _choose_columns_of(f"{label} {unmarked(name)}", table, f"{area}columns_{name}", work)
        for name, table in tables.items()
    }
    choice = choose_columns(uploads, settings, tables, columns)
    return (read(f"{area}as chosen", choice, held) if choice.columns else as_found), choice


def _choose_columns_of(label: str, table: Columns, key: str, work: Work | None) -> list[str]:
    def draw(default: Sequence[str] | None = None) -> list[str]:
        return st.multiselect(label, table.names, default, key=key, placeholder="Found by content")

    if work is None:
        return draw(list(table.read))
    return keep(work.choices, key, list(table.read), draw, table.names)


@dataclass(frozen=True)
class Findings:
    """Results at a threshold, and tables of what is in them.

    Attributes:
        found: by the tagger.
        results: as somebody corrected them.
    """

    found: list[TaggedItem]
    results: list[TaggedItem]
    types: pd.DataFrame
    top: pd.DataFrame
    files: pd.DataFrame


def summarize(job: Job[list[TaggedItem]], threshold: float, types: Sequence[str], domain: str, work: Work) -> Findings:
    """What a finished job found, as it was corrected."""

    def count() -> Findings:
        found = above(job.result(), threshold)
        results = apply_corrections(found, domain, work)
        return Findings(found, results, count_types(results, types), top_mentions(results), count_files(results, types))

    return once("uploads_findings", (job.number, threshold, work.revision), count, work.held)


def _digest(uploads: Sequence[Upload]) -> tuple[tuple[str, str], ...]:
    return tuple((upload.name, hashlib.sha256(upload.data).hexdigest()) for upload in uploads)


def tag_label(items: Sequence[TextItem]) -> str:
    """What the button says: how much there is to tag."""
    return f"Tag {counted(len(items), 'text')}, {sum(len(item.text) for item in items):,} characters"


def start(items: Sequence[TextItem], tagger: Tagger, guideline: str | None) -> Job[list[TaggedItem]]:
    """Tag in the background, by a guideline or as the tagger chooses."""
    tagging = Tagging(items, tagger, guideline)

    def work(report: Report, should_stop: ShouldStop) -> list[TaggedItem]:
        tagging.run(report, should_stop)
        return tagging.so_far()

    return Job(work, tagging.so_far)


def list_untagged(items: Sequence[TextItem], results: Sequence[TaggedItem]) -> list[str]:
    """What a stop kept from being tagged: the rest of a text that was begun, and how many texts of which files."""
    lines = []
    if results and len(results[-1].item.text) < len(items[len(results) - 1].text):
        begun = items[len(results) - 1]
        name = f"{begun.file}, {begun.part}" if begun.part else begun.file
        lines.append(f"{name}: from character {len(results[-1].item.text) + 1:,} of {len(begun.text):,} on")
    all_of = Counter(item.file for item in items)
    left = Counter(item.file for item in items[len(results) :])
    lines += [f"{file}: {count:,} of {counted(all_of[file], 'text')}" for file, count in left.items()]
    more = len(lines) - _MOST_NAMED
    return lines[:_MOST_NAMED] + ([f"and {more:,} more"] if more > 0 else [])


@dataclass(frozen=True)
class GivenBack:
    """Tables as they came, with what was found: one, or a zip of several; and why some are not among them."""

    name: str
    data: bytes
    problems: dict[str, str]


def say_left_out(problems: Mapping[str, str]) -> None:
    """Which files are not among what was made, and why."""
    for name, reason in problems.items():
        # The names come from the user: no Markdown in them.
        st.text(f"{name} is left out: {reason}")


def list_tables(uploads: Sequence[Upload]) -> list[Upload]:
    """The files that can be given back with more columns."""
    return [upload for upload in uploads if extension(upload.name) in TABLES]


def start_tables(
    choice: Choice, items: Sequence[TextItem], results: Sequence[TaggedItem], types: Sequence[str], origin: Origin
) -> Job[GivenBack]:
    """Write the tables with what was found in the background.

    Args:
        items: as they were read; `results` are those of the first of them.
    """
    columns = dict(choice.columns)

    def work(report: Report, should_stop: ShouldStop) -> GivenBack:
        by_file: dict[str, dict[str, TaggedItem]] = {}
        for item, entry in zip(items, results, strict=False):
            by_file.setdefault(item.file, {})[item.part] = entry
        done: list[Upload] = []
        problems = {}
        tables = list_tables(choice.uploads)
        for number, upload in enumerate(tables):
            if should_stop():
                problems[upload.name] = "not written, because writing was stopped"
                continue
            if upload.name not in by_file:
                problems[upload.name] = "nothing in it was tagged"
                continue
            settings = replace(choice.settings, columns=columns.get(upload.name, choice.settings.columns))
            try:
                done.append(give_back(upload, settings, Found(by_file[upload.name], types, origin)))
            except InputError as error:
                problems[upload.name] = str(error)
            report(number + 1, len(tables))
        if len(done) == 1:
            return GivenBack(done[0].name, done[0].data, problems)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, upload in zip(tell_apart([upload.name for upload in done]), done, strict=True):
                archive.writestr(name, upload.data)
        return GivenBack("tables.zip", buffer.getvalue() if done else b"", problems)

    return Job(work)


def package(
    results: Sequence[TaggedItem],
    formats: Sequence[str],
    personal: Collection[str] = (),
    origin: Origin | None = None,
) -> Callable[[], bytes]:
    """What builds the zip when somebody downloads it.

    Args:
        personal: the types that point at a person; none where the domain does not tell.
    """

    def build() -> bytes:
        buffer = io.BytesIO()
        write_zip(results, formats, buffer, personal, origin)
        return buffer.getvalue()

    return build


def single(
    results: Sequence[TaggedItem], format: str, personal: Collection[str] = (), origin: Origin | None = None
) -> Callable[[], bytes]:
    """What builds one file when somebody downloads it."""
    return lambda: to_bytes(results, format, personal, origin)


def file_columns() -> dict[str, Any]:
    """How Streamlit shows the table of files."""
    number = st.column_config.NumberColumn
    counts = {name: number(format="localized") for name in ("texts", "characters", "mentions")}
    return counts | {"per 1,000 characters": number(format="%.1f", help="Mentions per 1,000 characters.")}


def type_bars(frame: pd.DataFrame) -> go.Figure:
    """Mentions of each type, in its colour, from `count_types` or another table whose third column tells more."""
    more = frame.columns[2]
    figure = go.Figure(
        go.Bar(
            y=frame["type"],
            x=frame["mentions"],
            orientation="h",
            marker={"color": [type_colour(name) for name in frame["type"]]},
            customdata=frame[[more]],
            texttemplate="%{x:,}",
            hovertemplate=f"<b>%{{y}}</b><br>%{{x:,}} mentions, %{{customdata[0]:,}} {more}<extra></extra>",
        )
    )
    figure.update_layout(
        xaxis={"title": "mentions"},
        yaxis={"autorange": "reversed"},
        height=90 + 36 * len(frame),
        margin={"t": 10, "b": 40},
    )
    return figure


def top_bars(frame: pd.DataFrame, most: int = 15) -> go.Figure:
    """The most frequent mentions, in their types' colours, from `top_mentions`."""
    shown = frame.head(most)
    figure = go.Figure()
    for name in dict.fromkeys(shown["type"]):
        part = shown[shown["type"] == name]
        figure.add_trace(
            go.Bar(
                y=[_short(text) for text in part["text"]],
                x=part["count"],
                name=name,
                orientation="h",
                marker={"color": type_colour(name)},
                customdata=part[["files"]],
                hovertemplate=f"{name}, %{{x:,}} times in %{{customdata[0]:,}} files<extra></extra>",
            )
        )
    figure.update_layout(
        barmode="stack",
        xaxis={"title": "mentions"},
        yaxis={"categoryorder": "total ascending"},
        height=120 + 26 * len(shown),
        margin={"t": 20, "b": 40},
    )
    return figure


def _short(text: str, most: int = 40) -> str:
    # Plotly reads tags in labels; without the signs there are none.
    plain = text.replace("<", "‹").replace(">", "›")
    return plain if len(plain) <= most else plain[: most - 1] + "…"
