"""Nothing is shown to who is not signed in, where a login is set up (docs/deploy.md)."""

from __future__ import annotations

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

_SECTION = "auth"


def require_login() -> None:
    """End the page with a button to sign in, unless no login is set up, or somebody is signed in."""
    try:
        wanted = _SECTION in st.secrets
    except StreamlitSecretNotFoundError:
        wanted = False
    if not wanted or st.user.get("is_logged_in", False):
        return
    st.title("itner")
    st.markdown("This dashboard is for members of a team.")
    st.button("Sign in", type="primary", on_click=st.login)
    st.stop()
