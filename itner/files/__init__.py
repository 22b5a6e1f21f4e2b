"""Uploaded or local files: reading their text safely, tagging it in bulk, writing the results."""
