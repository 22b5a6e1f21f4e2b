"""The only Streamlit code: a module a page under the page's name, and what several pages share."""
