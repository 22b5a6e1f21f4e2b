"""Other libraries measured on our data: `python -m tools.peers --help`."""
