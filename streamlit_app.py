"""itner's dashboard: `streamlit run streamlit_app.py`."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from itner.dashboard import selection
from itner.dashboard.login import require_login
from itner.dashboard.widgets import navigation

PAGES = {
    "Choose": [
        st.Page("pages/overview.py", title="Overview", icon=":material/leaderboard:", default=True),
        st.Page("pages/quality.py", title="Quality", icon=":material/target:"),
        st.Page("pages/efficiency.py", title="Efficiency", icon=":material/speed:"),
    ],
    "Explain": [
        st.Page("pages/errors.py", title="Errors", icon=":material/troubleshoot:"),
        st.Page("pages/data.py", title="Data", icon=":material/database:"),
        st.Page("pages/training.py", title="How it was trained", icon=":material/school:"),
        st.Page("pages/run.py", title="Run", icon=":material/fact_check:"),
    ],
    "Try": [
        st.Page("pages/live.py", title="Live", icon=":material/edit_note:"),
        st.Page("pages/tag_files.py", title="Tag files", icon=":material/upload_file:"),
        st.Page("pages/goback.py", title="Go-back", icon=":material/rule:"),
    ],
}

# A file of our own: Streamlit fetches the icons it knows by name from a host on the internet.
ICON = Path(__file__).parent / "assets" / "icon.png"
st.set_page_config(page_title="itner", page_icon=str(ICON), layout="wide")
require_login()
page = st.navigation(PAGES, position="hidden")
selection.enter(page.url_path)
with navigation(PAGES):
    page.run()
