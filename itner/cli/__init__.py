"""The command line: `itner VERB`."""
