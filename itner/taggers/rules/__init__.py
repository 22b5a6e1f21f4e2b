"""A domain's labelling functions as a tagger: the baseline that needs no training."""
