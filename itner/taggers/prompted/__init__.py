"""A prompted language model as a tagger: it is told the guideline, shown examples, and asked for mentions as JSON."""
