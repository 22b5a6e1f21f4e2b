"""What every command line shares: input errors go to stderr as one line, with exit code 2."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from itner.errors import InputError


def parser(description: str, examples: str) -> argparse.ArgumentParser:
    """A parser that shows examples and defaults under --help."""

    class Formatter(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
        def _get_help_string(self, action: argparse.Action) -> str | None:
            # "(default: None)" and "(default: False)" say nothing.
            return super()._get_help_string(action) if action.default else action.help

    return argparse.ArgumentParser(description=description, epilog=f"examples:\n{examples}", formatter_class=Formatter)


def run(main: Callable[[], None]) -> None:
    """Run a command; exit 2 with the message for an InputError, 130 for Ctrl-C."""
    try:
        main()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        sys.exit(130)
