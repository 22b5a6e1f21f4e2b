"""How fast, how large: the protocol of record, and trials of INT8 recipes."""
