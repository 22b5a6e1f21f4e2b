"""The only Streamlit code in the package: caching, charts, highlighting, shared widgets."""
