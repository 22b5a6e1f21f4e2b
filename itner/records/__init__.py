"""Everything that is written to disk, as types: one JSON codec, one locked replace, the run store, the workspace."""
