"""The box that takes files: what a screen reader is told of it, and what becomes of what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from itner.files.items import Upload

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


def ask_for_files(label: str, key: str, types: Sequence[str] | None = None, help: str | None = None) -> list[Any]:
    """The files that are in a box for them, as Streamlit has them."""
    st.components.v2.component("itner_upload", js=_GROUP)(key=f"described_{key}")
    return st.file_uploader(label, types, accept_multiple_files=True, key=key, help=help)


def take_files(label: str, key: str, types: Sequence[str], help: str, kept: Sequence[Upload] = ()) -> list[Upload]:
    """Files as they are put into a box, once: in the next run it is empty, and Streamlit keeps nothing of them.

    Args:
        kept: files that are had already, whose names are not given again.
    """
    counter = f"{key}_drawn"
    drawn = st.session_state.setdefault(counter, 0)
    files = ask_for_files(label, f"{key}_{drawn}", types, help)
    if not files:
        return []
    uploads = take(files, kept)
    _drop(files)
    # Another widget, which is empty.
    st.session_state[counter] = drawn + 1
    return uploads


def take(files: Sequence[Any], kept: Sequence[Upload] = ()) -> list[Upload]:
    """Streamlit's uploaded files as ours; files of the same name, or of a name that is kept, get a number."""
    names = {upload.name for upload in kept}
    uploads = []
    for file in files:
        count, name = 1, file.name
        while name in names:
            count += 1
            name = f"({count}) {file.name}"
        names.add(name)
        uploads.append(Upload(name, file.getvalue()))
    return uploads


def _drop(files: Sequence[Any]) -> None:
    """Take uploaded files out of Streamlit's memory, where they would stay for as long as the session."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file in files:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
