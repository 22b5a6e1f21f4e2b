"""Finding mentions in text: backends that score pieces, and the tagger that turns scores into mentions."""
