"""How a page ends that has nothing more to show.

`st.stop` stops the whole script, and then Streamlit does not forget the widgets that were not drawn, as it does when a
script comes to its end. The browser forgets them either way: drawn again, they stood there empty, while the server took
them for set and did not set them. Nor could what stands beside the page be drawn after it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from typing import NoReturn

from streamlit.runtime.scriptrunner import StopException


def stop_page() -> NoReturn:
    """Nothing more of this page."""
    raise StopException


def until_stopped() -> AbstractContextManager[object]:
    """What is drawn within ends where it stops, and the script goes on."""
    return suppress(StopException)
