"""itner's dashboard: `streamlit run streamlit_app.py`.

This file is read twice: by the server once, for the application it serves, and as the main module whenever a page is
drawn.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parent


def draw() -> None:
    """The page that the address names, and the way to the others."""
    # Streamlit's caches are made for the server that runs, which does not when it reads this file.
    import streamlit as st

    from itner.dashboard import selection
    from itner.dashboard.login import require_login
    from itner.dashboard.widgets import navigation

    pages = {
        "Choose": [
            st.Page("pages/overview.py", title="Overview", icon=":material/leaderboard:", default=True),
            st.Page("pages/quality.py", title="Quality", icon=":material/target:"),
            st.Page("pages/efficiency.py", title="Efficiency", icon=":material/speed:"),
        ],
        "Explain": [
            st.Page("pages/errors.py", title="Errors", icon=":material/troubleshoot:"),
            st.Page("pages/robustness.py", title="Robustness", icon=":material/vital_signs:"),
            st.Page("pages/data.py", title="Data", icon=":material/database:"),
            st.Page("pages/labels.py", title="Labels", icon=":material/rate_review:"),
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
    st.set_page_config(page_title="itner", page_icon=str(HERE / "assets" / "icon.png"), layout="wide")
    require_login()
    page = st.navigation(pages, position="hidden")
    selection.enter(page.url_path)
    with navigation(pages):
        page.run()


if __name__ == "__main__":
    draw()
else:
    from streamlit.starlette import App

    from itner.dashboard.server import LEAVING, open_browser, page_routes

    # `streamlit run` finds this line without running the file, and serves what it makes.
    app = App(
        __file__,
        routes=page_routes([page.stem for page in (HERE / "pages").glob("*.py")]),
        exception_handlers=LEAVING,
        lifespan=open_browser,
    )
