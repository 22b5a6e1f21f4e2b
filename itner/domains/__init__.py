"""One folder a domain: scheme, guideline, lexicons, labelling functions, corpora, release. `registry` finds them."""
