"""How much worse a tagger is on text that is written, laid out or worded otherwise than what it learned from."""
