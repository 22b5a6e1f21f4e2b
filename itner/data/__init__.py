"""Readers and writers of annotated corpora, and pure transforms over documents."""
