"""itner's dashboard: `streamlit run streamlit_app.py`."""

from __future__ import annotations

import streamlit as st

st.set_page_config(page_title="itner", page_icon=":material/label:", layout="wide")
st.navigation(
    [
        st.Page("pages/overview.py", title="Overview", icon=":material/leaderboard:", default=True),
        st.Page("pages/live.py", title="Live", icon=":material/edit_note:"),
    ]
).run()
