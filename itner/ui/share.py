"""A link to what is on the page, and the results to take away."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st


def permalink() -> str:
    """The address that opens this page with the text and the choices as they are."""
    query = urlencode(sorted((key, value) for key in st.query_params for value in st.query_params.get_all(key)))
    return f"{st.context.url}{'?' if query else ''}{query}"
