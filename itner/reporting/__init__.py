"""Rows, advice, findings and the texts that are written from them."""
