"""What somebody uploaded, chose and started, kept in the server's memory over page switches and reloads.

It is found again by a token that nobody can guess, which stands in the address of the page. All that is kept together
is bounded, and every work is let go some time after its last use.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import streamlit as st

from itner.core.errors import InputError
from itner.core.words import counted
from itner.dashboard import selection
from itner.dashboard.jobs import Job, stop_all
from itner.files.corrections import Correction
from itner.files.items import Upload
from itner.files.limits import MIB

T = TypeVar("T")
# A text: the domain whose types are marked in it, its file and part, and itself.
TextKey = tuple[str, str, str, str]
# The same with places and types of its mentions: other ones were not looked through.
CheckedKey = tuple[str, str, str, str, tuple[tuple[int, int, str], ...]]

KEPT_MINUTES = 60
_MOST_WORKS = 40
_MOST_BYTES = 512 * MIB
# In the address, and in the session.
_KEY, _MINE = "work", "work_token"


@dataclass
class Work:
    """Files and what is done with them.

    Attributes:
        token: that it is found by.
        uploads: the files as they came.
        characters: that were read of them, which count like bytes.
        choices: what was chosen for them, by the keys of the widgets.
        held: jobs and what came of them, by name.
        corrections: of the mentions of texts, by what names a text.
        checked: texts with the mentions that somebody has looked through and found right.
        revision: goes up with each correction.
    """

    token: str
    uploads: tuple[Upload, ...] = ()
    characters: int = 0
    choices: dict[str, Any] = field(default_factory=dict)
    held: dict[str, Any] = field(default_factory=dict)
    corrections: dict[TextKey, Correction] = field(default_factory=dict)
    checked: set[CheckedKey] = field(default_factory=set)
    revision: int = 0

    def size(self) -> int:
        """The bytes of the files."""
        return sum(len(upload.data) for upload in self.uploads)

    def job(self, name: str, asked: object) -> Job[Any] | None:
        """The job that is held under a name for what is asked; one for something else is stopped and let go."""
        known = self.held.get(name)
        if known is not None and known[0] != asked:
            self.let_go(name)
            return None
        return known[1] if known is not None else None

    def hold(self, name: str, asked: object, job: Job[Any]) -> None:
        """Hold a job under a name for as long as the same is asked."""
        self.held[name] = (asked, job)

    def let_go(self, *beginnings: str) -> None:
        """Stop and forget what is held under names that begin so."""
        gone = {name: self.held.pop(name) for name in list(self.held) if name.startswith(beginnings)}
        stop_all(gone)


class Store:
    """Works by token: the one that was not used for longest goes when there are too many or too much is in them.

    Args:
        seconds: after its last use that a work goes.
        most: works, and bytes of files and texts in all of them together.
    """

    def __init__(
        self,
        seconds: float = 60 * KEPT_MINUTES,
        most: int = _MOST_WORKS,
        most_bytes: int = _MOST_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._seconds, self._most, self._most_bytes, self._clock = seconds, most, most_bytes, clock
        self._lock = threading.RLock()
        # The one that was not used for longest comes first.
        self._works: dict[str, tuple[float, Work]] = {}
        self._timer: threading.Timer | None = None

    def begin(self, uploads: Sequence[Upload]) -> Work:
        """A new work of these files."""
        work = Work(secrets.token_urlsafe(32))
        self.put(work, uploads)
        return work

    def put(self, work: Work, uploads: Sequence[Upload]) -> None:
        """Keep these files for a work, in the place of those that it has.

        Raises:
            InputError: when they alone are more than all works may hold.
        """
        size = sum(len(upload.data) for upload in uploads)
        if size > self._most_bytes:
            raise InputError(
                f"together these files hold {size / MIB:,.0f} MiB, at most {self._most_bytes // MIB:,} are kept; "
                "upload them in portions"
            )
        with self._lock:
            work.uploads = tuple(uploads)
            work.characters = 0
            self._make_room(work)

    def weigh(self, work: Work, characters: int) -> None:
        """Count what was read of a work's files, too."""
        with self._lock:
            work.characters = characters
            self._make_room(work)

    def find(self, token: str) -> Work | None:
        """The work of a token, used now; None where it is gone."""
        with self._lock:
            self.sweep()
            known = self._works.get(token)
            if known is None:
                return None
            self._touch(known[1])
            return known[1]

    def forget(self, token: str) -> None:
        """Let go of a work; what runs for it stops."""
        with self._lock:
            known = self._works.pop(token, None)
        if known is not None:
            stop_all(known[1].held)

    def sweep(self) -> None:
        """Let go of what was not used for too long."""
        with self._lock:
            now = self._clock()
            for token in [token for token, (used, _) in self._works.items() if now - used >= self._seconds]:
                self.forget(token)

    def _make_room(self, work: Work) -> None:
        self._touch(work)
        # The one that asks for room stays.
        while len(self._works) > 1 and (len(self._works) > self._most or self._bytes() > self._most_bytes):
            self.forget(next(iter(self._works)))

    def _touch(self, work: Work) -> None:
        self._works.pop(work.token, None)
        self._works[work.token] = (self._clock(), work)
        self._come_back()

    def _come_back(self) -> None:
        # Nobody may ever ask again, and yet the files have to go.
        if self._timer is None and self._works:
            oldest = next(iter(self._works.values()))[0]
            self._timer = threading.Timer(max(oldest + self._seconds - self._clock(), 0.0) + 0.1, self._wake)
            self._timer.daemon = True
            self._timer.start()

    def _wake(self) -> None:
        with self._lock:
            self._timer = None
            self.sweep()
            self._come_back()

    def _bytes(self) -> int:
        return sum(work.size() + work.characters for _, work in self._works.values())


# Of the server: sessions come and go, and find their work here.
STORE = Store()


def open_work() -> Work | None:
    """The work that the address or this session names, None where there is none; one that is gone is said."""
    token = selection.wanted(_KEY) or st.session_state.get(_MINE)
    if token is None:
        return None
    work = STORE.find(token)
    if work is None:
        st.session_state.pop(_MINE, None)
        st.warning(
            f"The files of before are no longer here: they are kept for {KEPT_MINUTES} minutes after the last use, "
            "shorter when many people use this server, and not at all once somebody has them forgotten.",
            icon=":material/timer_off:",
        )
        return None
    st.session_state[_MINE] = token
    selection.write(_KEY, token)
    return work


def add_files(work: Work | None, uploads: Sequence[Upload]) -> None:
    """Keep more files, in a new work where there is none.

    Raises:
        InputError: when it would be too much.
    """
    if work is None:
        st.session_state[_MINE] = STORE.begin(uploads).token
    else:
        STORE.put(work, (*work.uploads, *uploads))


def keep_only(work: Work, names: Sequence[str]) -> None:
    """Let go of the files that have none of these names; without any left, of the work."""
    left = [upload for upload in work.uploads if upload.name in names]
    if left:
        gone = {upload.name for upload in work.uploads if upload not in left}
        # Of files in an archive or a mail, too.

        def is_gone(file: str) -> bool:
            # Of files in an archive or a mail, too.
            return file in gone or file.partition("/")[0] in gone

        work.corrections = {key: made for key, made in work.corrections.items() if not is_gone(key[1])}
        work.checked = {key for key in work.checked if not is_gone(key[1])}
        work.let_go("tag_", "uploads_")
        STORE.put(work, left)
    else:
        forget(work)


def forget(work: Work) -> None:
    """Let go of the files, of what was chosen for them, and of what was found in them."""
    STORE.forget(work.token)
    st.session_state.pop(_MINE, None)


def kept_in_words(work: Work) -> str:
    """What is kept, for how long, and for whom."""
    size = max(work.size() / MIB, 0.1)
    return (
        f"{counted(len(work.uploads), 'file')}, {size:,.1f} MiB, in this server's memory until "
        f"{KEPT_MINUTES} minutes after the last use; nothing is written to disk but corrections that you keep. Whoever "
        "has the address of this page sees the files and the results until then."
    )


def keep(
    choices: MutableMapping[str, Any], key: str, default: T, draw: Callable[[], T], options: Sequence[Any] | None = None
) -> T:
    """What the user chooses with a widget of this key, which Streamlit forgets when another page is opened.

    Args:
        choices: where it is kept.
        default: what is chosen at first, and when what was chosen is no longer to be had.
        draw: the widget, without a default of its own.
        options: what is to be had; None where anything is.
    """
    value = st.session_state[key] if key in st.session_state else choices.get(key, default)
    if options is not None:
        wanted = value if isinstance(value, list | tuple) else [value]
        value = value if all(each is None or each in options for each in wanted) else default
    selection.preset(key, value)
    chosen = draw()
    choices[key] = chosen
    return chosen


def session_choices() -> dict[str, Any]:
    """Where this session keeps what was chosen for no files."""
    choices: dict[str, Any] = st.session_state.setdefault("work_choices", {})
    return choices
