"""A decoder that was fine-tuned to write a text's mentions as JSON, as a tagger."""
