"""Types, labels, tokens, errors, progress and provenance: what every other room speaks."""
