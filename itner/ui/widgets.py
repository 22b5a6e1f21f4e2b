"""Pieces that several pages share: broken-run cards, empty states, downloads."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from itner.store import BrokenRun


def show_broken(broken: Sequence[BrokenRun]) -> None:
    """A warning card for each folder that cannot be used, with the reason."""
    for run in broken:
        title = "is not finished" if run.incomplete else "cannot be used"
        # The reason can quote a file's content, which is not ours: no Markdown in it.
        st.warning(f"Run `{run.name}` {title}", icon=":material/warning:")
        st.text(run.reason)


def show_no_runs() -> None:
    """What to do when there is no run at all."""
    st.info("There is no run under `models/` yet. Train and measure the shipped ones with:")
    st.code("python scripts/reproduce.py --source embedded", language="bash")


def download_csv(frame: pd.DataFrame, name: str, key: str) -> None:
    """A download of the data behind a table or figure."""
    st.download_button(
        "Download as CSV",
        frame.to_csv(index=False),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=key,
        icon=":material/download:",
    )


def keep(key: str, default: object) -> None:
    """Hold a widget's value over page switches: Streamlit forgets the state of widgets that were not drawn."""
    if key in st.session_state:
        st.session_state[key] = st.session_state[key]
    else:
        st.session_state[key] = default
