"""Kinds of taggers, one folder each. `registry` opens a variant of a run, whatever its kind."""
