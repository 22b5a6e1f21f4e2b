"""Tagging more than fits into memory or a night of one core: streams of blocks, shards, a pool of processes."""
