"""`itner tag-corpus` as a script."""

from itner.cli.app import run_verb

if __name__ == "__main__":
    run_verb("tag-corpus")
