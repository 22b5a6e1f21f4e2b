"""One module a domain: its label scheme and lexicons."""
