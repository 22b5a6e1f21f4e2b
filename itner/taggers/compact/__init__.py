"""Compact taggers: embeddings of word pieces and a few convolutions, taught by a larger tagger."""
