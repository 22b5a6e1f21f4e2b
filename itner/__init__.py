"""itner: choose, compress, evaluate and demonstrate NER taggers for IT-support text."""

__version__ = "0.1.0"
