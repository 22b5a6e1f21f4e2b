"""What tagging a thousand tickets costs: time of a machine, or tokens of a language model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from itner.records.config import Price
from itner.records.prices import Prices
from itner.records.store import Run
from itner.reporting.rows import Row, row_f1_in_words
from itner.taggers.base import Paid
from itner.taggers.registry import kind_of

TICKETS = 1_000
_HOUR = 3600
_FILE = "data/prices.toml"


@dataclass(frozen=True)
class Cost:
    """Of so many (`TICKETS`) tickets, in the prices' currency.

    Attributes:
        of: what is paid for.
    """

    amount: float
    of: Literal["compute", "tokens"]


def list_costs(runs: Sequence[Run], rows: Sequence[Row], prices: Prices | None) -> dict[str, Cost]:
    """What each row costs, by its label; left out is what was not measured or has no price.

    A tagger that computes here costs as many cores as it was timed with, for as long as its bulk throughput takes. A
    model that is asked costs the tokens that it read and wrote for the dataset split of the row, as the run's prices
    say, or else the file's.
    """
    if prices is None:
        return {}
    by_name = {run.name: run for run in runs}
    costs = {}
    for row in rows:
        run = by_name.get(row.run)
        if run is None:
            continue
        paid = kind_of(run).paid(run)
        cost = None
        if paid is not None:
            cost = _tokens(run, paid, row, prices)
        elif run.bench is not None and row.tokens_per_s:
            seconds = TICKETS * prices.tokens_per_ticket / row.tokens_per_s
            cost = Cost(seconds * run.bench.threads * prices.compute.core_hour / _HOUR, "compute")
        if cost is not None:
            costs[row.label] = cost
    return costs


def tokens_of(run: Run, row: Row) -> tuple[float, float] | None:
    """Tokens that a model reads and writes for one of a text's; None where nobody counted them all."""
    if row.report is None or not row.report.tokens:
        return None
    found = next(
        (
            report
            for report in run.answers.reports
            if (report.dataset, report.split, report.variant) == (row.report.dataset, row.report.split, row.variant)
            and report.model_sha256 == run.info.model_sha256
        ),
        None,
    )
    if found is None or found.account.uncounted or not found.account.answers:
        return None
    return found.account.tokens_in / row.report.tokens, found.account.tokens_out / row.report.tokens


def _tokens(run: Run, paid: Paid, row: Row, prices: Prices) -> Cost | None:
    used = tokens_of(run, row)
    listed = prices.models.get(paid.model)
    price = Price(listed.tokens_in, listed.tokens_out, prices.currency) if listed is not None else None
    if paid.price is not None and paid.price.currency == prices.currency:
        price = paid.price
    if used is None or price is None:
        return None
    return Cost(TICKETS * prices.tokens_per_ticket * price.of(*used), "tokens")


def money(amount: float, currency: str) -> str:
    """An amount with the digits that tell small ones apart: "0.0021 USD", "13 USD"."""
    if amount and amount < 1e-6:
        return f"{amount:.1e} {currency}"
    return f"{amount:.2g} {currency}" if amount < 10 else f"{amount:,.0f} {currency}"


def worth_in_words(
    runs: Sequence[Run], rows: Sequence[Row], costs: Mapping[str, Cost], prices: Prices | None
) -> tuple[str, str] | None:
    """What a language model would have to cost to be worth it, beside the best tagger that computes here.

    In one sentence, and with the numbers. None where nothing that computes here was both scored and timed.
    """
    here = [row for row in rows if row.label in costs and costs[row.label].of == "compute" and row.micro_f1 is not None]
    if prices is None or not here:
        return None
    best = max(here, key=lambda row: row.micro_f1 or 0.0)
    # As one would deploy it.
    best = min((row for row in here if row.run == best.run), key=lambda row: costs[row.label].amount)
    own = costs[best.label]
    words = (
        f"{best.label}, the best that computes here (micro-F1 {row_f1_in_words(best)}), reads {TICKETS:,} tickets for "
        f"{money(own.amount, prices.currency)} at the prices of `{_FILE}`."
    )
    per_ticket = own.amount / TICKETS / prices.tokens_per_ticket * 1e6
    asked = [
        (row, run, used)
        for row in rows
        for run in runs
        if run.name == row.run and kind_of(run).paid(run) and (used := tokens_of(run, row)) is not None
    ]
    claim = f"The best tagger that computes here reads {TICKETS:,} tickets for {money(own.amount, prices.currency)}"
    if not asked:
        most = money(per_ticket, prices.currency)
        return f"{claim}: a language model is as cheap below {most} a million tokens.", (
            f"{words} A language model that reads each ticket once, with no guidance before it and nothing written, "
            f"would have to cost less than {most} a million tokens to be as cheap; with "
            "a guideline before each text, less by as many times as that is longer. None was asked here: "
            "`itner prompt` makes a run of one."
        )
    row, _, used = max(asked, key=lambda entry: entry[0].micro_f1 or 0.0)
    even = per_ticket / sum(used)
    words += (
        f" {row.label} (micro-F1 {row_f1_in_words(row)}) reads and writes {sum(used):.1f} tokens for each of a "
        f"ticket's: it would have to cost less than {money(even, prices.currency)} a million tokens to be as cheap"
    )
    cost = costs.get(row.label)
    if cost is not None and own.amount:
        words += f", and costs {money(cost.amount, prices.currency)}, {cost.amount / own.amount:,.0f} times as much"
    gain = (row.micro_f1 or 0.0) - (best.micro_f1 or 0.0)
    words += f". It finds {'more' if gain > 0 else 'no more'}: {gain:+.3f} micro-F1."
    if cost is not None and gain > 0:
        words += f" Each hundredth of F1 costs {money((cost.amount - own.amount) / gain / 100, prices.currency)}."
    found = "finds more" if gain > 0 else "finds no more"
    return f"{claim}; {row.run} {found}, and is as cheap below {money(even, prices.currency)} a million tokens.", words
