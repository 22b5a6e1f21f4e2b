"""The box that takes files, as a screen reader is told of it."""

from __future__ import annotations

import streamlit as st

# Streamlit gives it a name and says that it is nothing but layout, which cannot both be followed: it is a group.
_GROUP = """
export default function () {
  const mend = () => document.querySelectorAll("[data-testid=stFileUploaderDropzone][role=presentation]")
    .forEach((box) => box.setAttribute("role", "group"))
  const watch = new MutationObserver(mend)
  watch.observe(document.body, { childList: true, subtree: true })
  mend()
  return () => watch.disconnect()
}
"""


def describe_upload() -> None:
    """Have the boxes of this page that take files say what they are."""
    st.components.v2.component("itner_upload", js=_GROUP)(key="upload_described")
