"""What tagging costs, and what a language model would have to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from shipped import HERE
from synthetic import write_run

from itner.core.errors import InputError
from itner.core.provenance import collect_provenance
from itner.records.answers import Account, AnswerReport
from itner.records.config import Price, PromptedConfig
from itner.records.prices import ComputePrice, Prices, TokenPrice, read_prices
from itner.records.run import PromptedRun
from itner.records.store import Run, RunStore
from itner.records.workspace import Workspace
from itner.reporting.cost import Cost, list_costs, money, worth_in_words
from itner.reporting.rows import Row, list_rows

PRICES = Prices("USD", 100.0, ComputePrice(0.36), {"told": TokenPrice(1.0, 4.0)})


@pytest.fixture
def runs(tmp_path: Path) -> list[Run]:
    write_run(tmp_path, "small", "minilm_l3", tp=60, p50=8.0)
    return RunStore(tmp_path).load_all()[0]


class Asked:
    """A run of a model that was asked, as far as costs look at it."""

    def __init__(self, like: Run, row: Row, config: PromptedConfig, account: Account):
        assert row.report is not None
        report = AnswerReport(
            row.report.dataset,
            row.report.split,
            row.report.split_sha256,
            row.variant,
            like.info.model_sha256,
            account,
            collect_provenance(),
        )
        self.name, self.config, self.bench, self.path = "asked", config, None, like.path
        known = like.info
        self.info = PromptedRun(
            name="asked",
            domain=known.domain,
            scheme=known.scheme,
            labels=known.labels,
            provenance=known.provenance,
            model=config.model,
            digest=None,
            prompt_sha256="0" * 64,
            model_sha256=known.model_sha256,
        )
        self.answers = type("Answers", (), {"reports": (report,)})


def ask(runs: list[Run], account: Account, **changes: object) -> tuple[Asked, Row]:
    row = next(row for row in list_rows(runs, "stackoverflow") if row.variant == "int8")
    config = PromptedConfig("openai", "http://localhost:1/v1", "told", "it")
    return Asked(runs[0], row, replace(config, **changes), account), replace(row, run="asked", bench=None)  # type: ignore[arg-type]


def test_compute_is_cores_times_hours(runs: list[Run]) -> None:
    rows = list_rows(runs, "stackoverflow")
    costs = list_costs(runs, rows, PRICES)
    row = next(row for row in rows if row.variant == "int8")
    assert runs[0].bench is not None
    assert row.tokens_per_s is not None
    # A thousand tickets of a hundred words, at 0.0001 a core and second.
    expected = 100_000 / row.tokens_per_s * runs[0].bench.threads * 0.0001
    assert costs[row.label] == Cost(pytest.approx(expected), "compute")
    assert list_costs(runs, [replace(row, bench=None)], PRICES) == {}
    assert list_costs(runs, rows, None) == {}


def test_tokens_are_what_the_model_read_and_wrote_for_as_many_words(runs: list[Run]) -> None:
    account = Account(answers=5, tokens_in=30_000, tokens_out=1_500)
    run, row = ask(runs, account)
    assert row.report is not None
    own, _ = ask(runs, account, price=Price(2.0, 0.0, "USD"))
    for each, priced in ((run, (1.0, 4.0)), (own, (2.0, 0.0))):
        (cost,) = list_costs([each], [row], PRICES).values()  # type: ignore[list-item]
        amount = (30_000 * priced[0] + 1_500 * priced[1]) / 1e6 / row.report.tokens * 100_000
        assert cost == Cost(pytest.approx(amount), "tokens")


@pytest.mark.parametrize(
    ("account", "changes"),
    [
        (Account(answers=5, tokens_in=30, tokens_out=1, uncounted=2), {}),
        (Account(answers=5, tokens_in=30, tokens_out=1), {"model": "other"}),
        (Account(answers=5, tokens_in=30, tokens_out=1), {"model": "other", "price": Price(1.0, 1.0, "EUR")}),
        (Account(), {}),
    ],
)
def test_what_nobody_counted_or_priced_has_no_cost(
    runs: list[Run], account: Account, changes: dict[str, object]
) -> None:
    run, row = ask(runs, account, **changes)
    assert list_costs([run], [row], PRICES) == {}  # type: ignore[list-item]


def test_what_a_language_model_would_have_to_cost(runs: list[Run]) -> None:
    rows = list_rows(runs, "stackoverflow")
    costs = list_costs(runs, rows, PRICES)
    told = worth_in_words(runs, rows, costs, PRICES)
    assert told is not None
    claim, alone = told
    best = min(rows, key=lambda row: costs[row.label].amount)
    per_million = costs[best.label].amount / 100_000 * 1e6
    assert f"less than {money(per_million, 'USD')} a million tokens" in alone
    assert claim.endswith(f": a language model is as cheap below {money(per_million, 'USD')} a million tokens.")
    assert "None was asked here" in alone
    run, row = ask(runs, Account(answers=5, tokens_in=30_000, tokens_out=1_500))
    assert row.report is not None
    both, seen = [*runs, run], [*rows, row]
    told = worth_in_words(both, seen, list_costs(both, seen, PRICES), PRICES)  # type: ignore[arg-type]
    assert told is not None
    claim, words = told
    assert "finds no more, and is as cheap below" in claim
    used = 31_500 / row.report.tokens
    assert f"reads and writes {used:.1f} tokens" in words
    assert f"less than {money(per_million / used, 'USD')} a million tokens to be as cheap, and costs" in words
    assert "It finds no more" in words
    assert worth_in_words(runs, rows, costs, None) is None
    assert worth_in_words(runs, [], {}, PRICES) is None


def test_the_file_of_prices_is_read_and_checked(tmp_path: Path) -> None:
    shipped = read_prices(HERE)
    assert shipped is not None
    assert (shipped.currency, shipped.models) == ("USD", {})
    place = Workspace(tmp_path, tmp_path)
    file = tmp_path / "prices.toml"
    text = (HERE.data / "prices.toml").read_text(encoding="utf-8")
    # What stands there as an example is one.
    file.write_text(text.replace("# [models", "[models").replace("# tokens_", "tokens_"), encoding="utf-8")
    own = read_prices(place)
    assert own is not None
    assert own.models == {"example-small": TokenPrice(0.1, 0.4)}
    changed = (text.replace("0.04", "-1"), text.replace("0.04", "nan"), f"{text}\nx = 1")
    for wrong in ("currency = 3", "currency = ", *changed):
        file.write_text(wrong, encoding="utf-8")
        with pytest.raises(InputError):
            read_prices(place)
    # As an editor on Windows saves it, with a mark before the text.
    file.write_text(f"\ufeff{text}", encoding="utf-8")
    assert read_prices(place) == shipped
    file.write_text(f"{text}\nx = {'[' * 5_000}", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read"):
        read_prices(place)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="cannot be read"):
        read_prices(place)


def test_money_keeps_the_digits_that_tell() -> None:
    assert [money(each, "EUR") for each in (0.0, 2e-8, 0.000123, 0.5, 1234.5)] == [
        "0 EUR", "2.0e-08 EUR", "0.00012 EUR", "0.5 EUR", "1,234 EUR",
    ]  # fmt: skip
