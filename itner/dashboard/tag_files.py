"""The Tag files page's work: reading uploads once, tagging them in the background, figures of what was found."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from types import MappingProxyType
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.core.types import Tagger
from itner.core.words import counted
from itner.dashboard.jobs import Job, Report, ShouldStop, finish, let_go, once
from itner.domains.colours import type_colour
from itner.files.formats import PARSERS
from itner.files.items import Columns, ReadResult, Settings, TextItem, Upload
from itner.files.limits import MAX_CHARACTERS, MAX_FILES
from itner.files.readers import read_uploads
from itner.files.summary import count_files, count_types, top_mentions
from itner.files.tagging import TaggedItem, above, tag_items
from itner.files.writers import to_bytes, write_zip

TYPES = [extension.removeprefix(".") for extension in PARSERS]
# Those that people ask for; any other name of an encoding can be typed.
ENCODINGS = (
    "utf-8", "utf-16", "cp1252", "iso8859-15", "cp850", "cp437", "mac_roman", "cp1250", "cp1251", "koi8_r",
    "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr",
)  # fmt: skip
# Each table has a choice of its columns; the columns of more are found by content.
_MOST_TABLES = 20
# A longer text is shown from its beginning; the downloads hold all of it.
MAX_SHOWN_CHARACTERS = 5_000


def limits_in_words() -> str:
    """What can be uploaded."""
    most = st.get_option("server.maxUploadSize")
    return (
        f"{', '.join(f'.{name}' for name in TYPES)}; {most} MB a file, {MAX_FILES} files, "
        f"{MAX_CHARACTERS / 1e6:.0f} million characters in all. Files stay in this server's memory while the page is "
        "open; they are not stored."
    )


def take(files: Sequence[Any]) -> list[Upload]:
    """Streamlit's uploaded files as ours; files of the same name get a number."""
    seen: dict[str, int] = {}
    uploads = []
    for file in files:
        seen[file.name] = seen.get(file.name, 0) + 1
        count = seen[file.name]
        uploads.append(Upload(file.name if count == 1 else f"({count}) {file.name}", file.getvalue()))
    return uploads


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


def read(name: str, choice: Choice) -> ReadResult:
    """What `read_uploads` reads of a choice of files and columns.

    Until it is read, the page holds progress and a stop, and ends here. `name` is of what the choice is for.
    """

    def work(report: Report, should_stop: ShouldStop) -> ReadResult:
        of_file = {file: replace(choice.settings, columns=columns) for file, columns in choice.columns}
        return read_uploads(choice.uploads, choice.settings, of_file, should_stop, report)

    job = once(f"uploads_read_{name}", choice.key(), lambda: Job(work))
    result = finish(job, "Reading")
    if job.stopped and st.button("Read again", icon=":material/refresh:", key=f"again_{name}"):
        del st.session_state[f"uploads_read_{name}"]
        st.rerun()
    return result


def read_by_columns(
    uploads: Sequence[Upload], settings: Settings, label: str, area: str = ""
) -> tuple[ReadResult, Choice]:
    """What is read of files, and how: each table among them by the columns that are chosen for it.

    Args:
        label: of the choice, in front of the table's name.
        area: what the page keeps begins with it.
    """
    as_found = read(f"{area}as found", choose_columns(uploads, settings))
    tables = tables_in(as_found)
    columns = {
        name: st.multiselect(
            f"{label} {name}",
            table.names,
            list(table.read),
            key=f"{area}columns_{name}",
            placeholder="Found by content",
        )
        for name, table in tables.items()
    }
    choice = choose_columns(uploads, settings, tables, columns)
    return (read(f"{area}as chosen", choice) if choice.columns else as_found), choice


@dataclass(frozen=True)
class Findings:
    """Results at a threshold, and tables of what is in them."""

    results: list[TaggedItem]
    types: pd.DataFrame
    top: pd.DataFrame
    files: pd.DataFrame


def summarize(job: Job[list[TaggedItem]], threshold: float, types: Sequence[str]) -> Findings:
    """What a finished job found."""

    def count() -> Findings:
        results = above(job.result(), threshold)
        return Findings(results, count_types(results, types), top_mentions(results), count_files(results, types))

    return once("uploads_findings", (job.number, threshold), count)


def _digest(uploads: Sequence[Upload]) -> tuple[tuple[str, str], ...]:
    return tuple((upload.name, hashlib.sha256(upload.data).hexdigest()) for upload in uploads)


def forget() -> None:
    """Let go of the files and of what was found in them."""
    let_go("uploads_", "tag_")


def tag_label(items: Sequence[TextItem]) -> str:
    """What the button says: how much there is to tag."""
    return f"Tag {counted(len(items), 'text')}, {sum(len(item.text) for item in items):,} characters"


def start(items: Sequence[TextItem], tagger: Tagger, guideline: str | None) -> Job[list[TaggedItem]]:
    """Tag in the background, by a guideline or as the tagger chooses."""
    return Job(lambda report, should_stop: tag_items(items, tagger, report, should_stop, guideline))


def package(
    results: Sequence[TaggedItem], formats: Sequence[str], personal: Collection[str] = ()
) -> Callable[[], bytes]:
    """What builds the zip when somebody downloads it.

    Args:
        personal: the types that point at a person; none where the domain does not tell.
    """

    def build() -> bytes:
        buffer = io.BytesIO()
        write_zip(results, formats, buffer, personal)
        return buffer.getvalue()

    return build


def single(results: Sequence[TaggedItem], format: str, personal: Collection[str] = ()) -> Callable[[], bytes]:
    """What builds one file when somebody downloads it."""
    return lambda: to_bytes(results, format, personal)


def file_columns() -> dict[str, Any]:
    """How Streamlit shows the table of files."""
    number = st.column_config.NumberColumn
    counts = {name: number(format="localized") for name in ("texts", "characters", "mentions")}
    return counts | {"per 1,000 characters": number(format="%.1f", help="Mentions per 1,000 characters.")}


def type_bars(frame: pd.DataFrame) -> go.Figure:
    """Mentions of each type, in its colour, from `count_types`."""
    figure = go.Figure(
        go.Bar(
            y=frame["type"],
            x=frame["mentions"],
            orientation="h",
            marker={"color": [type_colour(name) for name in frame["type"]]},
            customdata=frame[["different"]],
            texttemplate="%{x:,}",
            hovertemplate="<b>%{y}</b><br>%{x:,} mentions, %{customdata[0]:,} different<extra></extra>",
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
                y=[_short(text) for text in part["mention"]],
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
