"""What a language model was asked and how it answered, in words and as rows."""

from __future__ import annotations

from dataclasses import dataclass

from itner.core.words import counted
from itner.records.answers import Account, AnswerReport


def list_losses(account: Account) -> list[str]:
    """What of answers is marked nowhere, each kind in a clause; none where all is."""
    losses, repaired, unreadable = account.losses, account.repaired, account.unreadable
    found = []
    if losses.absent:
        found.append(f"{counted(losses.absent, 'mention')} of the answers not in the text, left out")
    if losses.unknown:
        found.append(f"{losses.unknown:,} of a type that was not asked for, left out")
    if losses.crowded:
        found.append(f"{losses.crowded:,} where another mention stands already, left out")
    if repaired:
        found.append(f"{counted(repaired, 'answer')} cut off or garbled, of which whole mentions were kept")
    if unreadable:
        found.append(f"{counted(unreadable, 'text')} without a readable answer, where nothing is marked")
    return found


def describe(account: Account) -> list[str]:
    """An account in lines."""
    asked = account.answers - account.known + account.unreadable
    lines = [
        f"{counted(account.answers, 'text')} answered, {account.known:,} of them before; {asked:,} asked about now"
    ]
    if account.requests:
        failures = sum(account.failures.values())
        kinds = ", ".join(f"{what} {number:,}" for what, number in account.failures.items())
        lines.append(
            f"{counted(account.requests, 'request')}, {failures:,} failed{f': {kinds}' if kinds else ''}; "
            f"in {account.seconds:,.1f} s"
        )
    if account.latency_s is not None:
        lines.append(f"an answer took {account.latency_s[0]:.2f} s (p50), {account.latency_s[1]:.2f} s (p95)")
    counts = f"{account.tokens_in:,} tokens read, {account.tokens_out:,} written"
    if account.uncounted:
        counts += f"; {counted(account.uncounted, 'answer')} without a count"
    lines.append(counts)
    if account.cost is not None and account.requests:
        lines.append(f"cost now: {account.cost:,.4f} {account.currency}")
    return [*lines, *list_losses(account)]


@dataclass(frozen=True)
class AnswerRow:
    """The account of a dataset split as a line of a table; None for what was not counted."""

    dataset: str
    split: str
    variant: str
    texts: int
    unreadable: int
    repaired: int
    absent: int
    unknown: int
    crowded: int
    tokens_in: int | None
    tokens_out: int | None
    p50_s: float | None
    p95_s: float | None


def answer_row(report: AnswerReport) -> AnswerRow:
    """A report as a row."""
    account = report.account
    counts = not account.uncounted
    return AnswerRow(
        dataset=report.dataset,
        split=report.split,
        variant=report.variant,
        texts=account.answers + account.unreadable,
        unreadable=account.unreadable,
        repaired=account.repaired,
        absent=account.losses.absent,
        unknown=account.losses.unknown,
        crowded=account.losses.crowded,
        tokens_in=account.tokens_in if counts else None,
        tokens_out=account.tokens_out if counts else None,
        p50_s=account.latency_s[0] if account.latency_s else None,
        p95_s=account.latency_s[1] if account.latency_s else None,
    )
