"""The comparison of a page as a file to pass on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from itner.core.errors import InputError
from itner.dashboard.cache import compare, compare_by_type, load_prices, workspace
from itner.dashboard.widgets import download_later
from itner.records.store import Run
from itner.reporting.advice import Limits
from itner.reporting.report import build_report, write_report
from itner.workflows.report import command_of, find_stats


def offer_report(
    runs: Sequence[Run],
    dataset: str,
    split: str,
    limits: Limits | None = None,
    variants: Sequence[str] = (),
    weights: Mapping[str, float] = MappingProxyType({}),
    named: bool = False,
) -> None:
    """A button that makes the report on what the page shows when it is pressed.

    Args:
        named: whether the runs are a choice, which the report's command then names.
    """
    asked = limits or Limits()

    def make() -> str:
        names = [run.name for run in runs] if named else []
        command = command_of(runs[0].info.domain, dataset, split, names, variants, asked, weights)
        try:
            prices = load_prices()
        except InputError:
            # The pages on costs say what is wrong with the file.
            prices = None
        stats = find_stats(dataset, workspace())
        return write_report(
            build_report(
                runs, dataset, split, asked, command, stats, variants, weights, prices, compare, compare_by_type
            )
        )

    download_later(
        make, f"report-{dataset}-{split}.html", "text/html", f"report_{dataset}_{split}", "Download as a report"
    )
