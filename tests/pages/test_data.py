from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import plotly.graph_objects as go
import pytest
from commands import check_commands
from opening import open_page, unfold
from shipped import HERE, REPOSITORY
from toy import register_toy

from itner.dashboard import data as corpus
from itner.data.processed import read_corpus_report, read_split, read_stats
from itner.domains.colours import NEUTRAL
from itner.domains.it.scheme import SCHEME
from itner.domains.registry import list_domains
from itner.records.dataset import DataStats, ImportStats


@pytest.fixture(scope="module")
def stats() -> DataStats:
    return read_stats("stackoverflow", HERE)


def names(figure: go.Figure) -> list[str]:
    """Of the bars; in the legend stand others, without a value, in a colour that is no type's."""
    bars = [trace for trace in figure.data if trace.showlegend is False]
    keys = [trace for trace in figure.data if trace.showlegend is not False]
    assert [key.name for key in keys] == [bar.name for bar in bars]
    assert [key.marker.pattern for key in keys] == [bar.marker.pattern for bar in bars]
    assert all(key.y == (None,) and key.marker.color == NEUTRAL for key in keys)
    return [bar.name for bar in bars]


def test_the_sizes_say_what_was_left_out(stats: DataStats) -> None:
    frame = corpus.splits_table(stats).set_index("split")
    assert list(frame.index) == ["train", "dev", "test"]
    assert list(frame["sentences"]) == [9294, 2924, 3112]
    assert list(frame["dropped: header"]) == [3276, 1072, 1128]
    assert frame.loc["test", "mentions per 100 tokens"] == pytest.approx(100 * 1087 / frame.loc["test", "tokens"])
    told = corpus.splits_facts(frame.reset_index())
    assert list(told.columns) == ["", *frame.index]
    assert len(told) == len(frame.columns)
    assert told.set_index("").loc["sentences", "train"] == f"{frame.loc['train', 'sentences']:,}"


def test_shares_of_types_add_up_in_each_split(stats: DataStats) -> None:
    frame = corpus.types(stats)
    assert frame.groupby("split")["share"].sum().round(9).eq(1).all()
    assert frame.loc[frame["split"] == "train", "unseen in train"].isna().all()
    test = frame[frame["split"] == "test"].set_index("type")
    assert test["unseen in train"].le(test["mentions"]).all()
    figure = corpus.unseen_bars(frame)
    assert names(figure) == ["dev", "test"]
    assert figure.data[1].y[0] == pytest.approx(test.loc["ERROR", "unseen in train"] / 18)
    assert names(corpus.type_bars(frame)) == ["train", "dev", "test"]


def test_every_source_type_shows_what_it_became(stats: DataStats) -> None:
    frame = corpus.remapping(stats).set_index("source type")
    assert len(frame) == 28
    assert (frame.loc["Language", "becomes"], frame.loc["Website", "becomes"]) == ("SOFTWARE", "O")
    assert frame["mentions"].equals(frame["train"] + frame["dev"] + frame["test"])
    kept = frame[frame["becomes"] != "O"]
    assert kept["test"].sum() == 1087
    words = corpus.remapping_in_words(corpus.remapping(stats))
    assert f"7 of 28 source types are kept, as 5 types: {kept['mentions'].sum():,} of" in words
    bars = {bar.name: bar for bar in corpus.remapping_bars(corpus.remapping(stats)).data}
    assert set(bars) == {*SCHEME.types, "O (left out)"}
    assert sum(len(bar.y) for bar in bars.values()) == 28


def test_a_source_in_our_types_is_not_said_to_be_remapped() -> None:
    assert "nothing is remapped" in corpus.remapping_in_words(corpus.remapping(read_stats("helpdesk", HERE)))


def test_how_annotated_files_were_read_is_shown(stats: DataStats) -> None:
    read = ImportStats("doccano JSONL", "UTF-8", "bytes", changes={"spans trimmed of outer white space": 3})
    others = {name: replace(split, imported=replace(read, changes={})) for name, split in stats.splits.items()}
    mine = replace(stats, splits=others | {"dev": replace(stats.splits["dev"], imported=read)})
    frame = corpus.splits_table(mine).set_index("split")
    assert list(frame["spans trimmed of outer white space"]) == [0, 3, 0]
    assert set(frame["read as"]) == {"doccano JSONL, UTF-8, offsets count bytes, converted"}


def test_oversampling_shows_factors(stats: DataStats) -> None:
    frame = corpus.oversampling(stats.oversampling).set_index("what")
    assert tuple(frame.loc["sentences", ["before", "after"]]) == (9294, 10513)
    assert frame.loc["ERROR", "factor"] == pytest.approx(2, abs=0.1)
    words = corpus.oversampling_in_words(stats.oversampling)
    assert "1.5 times" in words
    assert "2 times" in words
    nothing = replace(stats.oversampling, mentions_before={"OS": 0}, mentions_after={"OS": 0})
    assert corpus.oversampling(nothing).set_index("what")["factor"].isna()["OS"]
    assert names(corpus.oversampling_bars(corpus.oversampling(stats.oversampling))) == ["before", "after"]


def test_lengths_hold_every_sentence(stats: DataStats) -> None:
    frame = corpus.lengths(stats)
    assert frame.groupby("split", sort=False)["sentences"].sum().tolist() == [9294, 2924, 3112]
    exact = stats.splits["dev"].length_histogram
    second = frame[(frame["split"] == "dev") & (frame["tokens"] == "6–10")]
    assert second["sentences"].item() == sum(exact[length] for length in range(6, 11))
    figure = corpus.length_figure(frame)
    assert [line.name for line in figure.data] == ["train", "dev", "test"]
    assert [sum(line.y) for line in figure.data] == pytest.approx([1, 1, 1])


def test_leakage_is_put_in_words(stats: DataStats) -> None:
    frame = corpus.leakage(stats).set_index("split")
    assert frame.loc["test", "also in train"] == 149
    assert frame.isna()["also in test"]["test"]
    assert corpus.leakage_in_words(stats).startswith("149 of 3,112 test sentences (4.8%) stand word for word in train")
    clean = stats.splits["test"]
    none = replace(stats, splits={**stats.splits, "test": replace(clean, also_in={"train": 0, "dev": 0})})
    assert corpus.leakage_in_words(none).startswith("No test sentence occurs in train")


def test_hashes_stand_behind_an_expander(monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("data", HERE.models, monkeypatch, dataset="helpdesk")
    assert not [table for table in page.dataframe if "prepared SHA-256" in table.value]
    page = unfold(page, "inputs")
    hashed = [table for table in page.dataframe if "prepared SHA-256" in table.value]
    (folded,) = [table for box in page.expander if "Hashes" in box.label for table in box.dataframe]
    assert [table.proto.id for table in hashed] == [folded.proto.id]
    assert "Hashes" not in " ".join(block.value for block in page.header)


def test_sentences_are_found_by_type_and_text() -> None:
    documents = read_split("helpdesk", "test", HERE)
    errors = corpus.filter_documents(documents, ["ERROR"], "")
    assert 0 < len(errors) < len(documents)
    assert all(any(mention.type == "ERROR" for mention in document.mentions) for document in errors)
    word = documents[0].text.split()[0]
    assert documents[0] in corpus.filter_documents(documents, (), f" {word.upper()} ")
    rows = corpus.mention_rows(errors)
    assert len(rows) == sum(len(document.mentions) for document in errors)
    first = rows.iloc[0]
    assert first["sentence"][first["start"] : first["end"]] == first["mention"]
    assert list(corpus.mention_rows([]).columns) == list(rows.columns)


def test_the_page_shows_the_corpus_that_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("data", HERE.models, monkeypatch, dataset="helpdesk", type="ERROR")
    assert page.pills(key="type").value == ["ERROR"]
    total = f"{read_stats('helpdesk', HERE).splits['test'].sentences:,}"
    counted = next(caption.value for caption in page.caption if f"of {total} sentences" in caption.value)
    assert not counted.startswith(total)
    assert any("itner-" in block.proto.body and "ERROR" in block.proto.body for block in page.get("html"))
    page.text_input(key="contains").set_value("zzz no such words").run()
    assert page.info[-1].value == "No sentence fits. Remove a filter."
    assert page.query_params["contains"] == "zzz no such words"


def test_a_check_is_shown_with_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    stats = read_stats("elsewhere", HERE)
    assert list(corpus.splits_table(stats)["split"]) == ["check"]
    assert corpus.types(stats)["unseen in train"].isna().all()
    assert list(corpus.leakage(stats).columns) == ["split", "sentences", "repeated inside"]
    assert "nothing is trained or tuned on it" in corpus.leakage_in_words(stats)
    page = open_page("data", HERE.models, monkeypatch, dataset="elsewhere")
    assert list(page.button_group(key="split").options) == ["check"]
    assert any(f"{stats.splits['check'].sentences:,} of" in caption.value for caption in page.caption)
    assert any("nothing is oversampled" in block.value for block in page.markdown)
    shown = {figure.proto.id for figure in page.get("plotly_chart")}
    assert any("types-elsewhere" in name for name in shown)
    assert not [name for name in shown if "oversampling" in name or "unseen" in name]


def test_without_text_the_counts_stay_and_the_command_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "processed_meta.json").write_bytes((REPOSITORY / "data" / "processed_meta.json").read_bytes())
    monkeypatch.setenv("ITNER_DATA", str(tmp_path))
    page = unfold(open_page("data", HERE.models, monkeypatch), "inputs")
    assert len(page.dataframe) >= 2
    assert any("itner-facts" in block.body for block in page.get("html"))
    assert "the sentences cannot be shown" in page.info[-1].value
    # As a command to copy, not as a line of text with a path of the server in it.
    assert "itner prepare --source conll --path DIR" in page.code[-1].value
    assert any(caption.value.startswith("DIR: your folder") for caption in page.caption)
    assert not page.text
    assert check_commands(code.value for code in page.code)
    # The corpus that ships is read from its source, which is always here.
    page.selectbox(key="dataset").set_value("helpdesk").run()
    total = f"{read_stats('helpdesk', HERE).splits['test'].sentences:,}"
    assert any(f"of {total} sentences" in caption.value for caption in page.caption)


@pytest.mark.parametrize(
    "content",
    [None, "{", '{"datasets": {}, "schema_version": 2}', json.dumps({"datasets": {"x": {}}, "schema_version": 2})],
)
def test_without_statistics_the_page_says_what_to_run(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if content is not None:
        (tmp_path / "processed_meta.json").write_text(content, encoding="utf-8")
    monkeypatch.setenv("ITNER_DATA", str(tmp_path))
    page = open_page("data", HERE.models, monkeypatch)
    damaged = content is not None and '"datasets": {}' not in content
    assert len(page.warning) == damaged
    # Without the folder of the server that it lies in.
    assert [text.value.partition(":")[0] for text in page.text] == [f"{tmp_path.name}/processed_meta.json"] * damaged
    assert "No dataset of IT-support text is prepared" in page.info[0].value
    assert "itner prepare --source embedded --data-root" in page.code[0].value
    assert check_commands(code.value for code in page.code)
    assert not page.dataframe


def test_a_domain_without_data_says_how_to_prepare_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (REPOSITORY / "data" / "processed_meta.json").read_text(encoding="utf-8")
    known = json.loads(text)
    known["datasets"] = {name: stats for name, stats in known["datasets"].items() if stats["domain"] == "it"}
    (tmp_path / "processed_meta.json").write_text(json.dumps(known), encoding="utf-8")
    monkeypatch.setenv("ITNER_DATA", str(tmp_path))
    register_toy(monkeypatch)
    page = open_page("data", HERE.models, monkeypatch)
    assert page.dataframe
    assert len(page.radio(key="domain").options) == 4
    page.radio(key="domain").set_value("pii").run()
    assert not page.exception
    assert "No dataset of personal data in support conversations is prepared" in page.info[0].value
    commands = check_commands(code.value for code in page.code)
    assert len(commands) == 2
    assert "itner prepare --domain pii --source generated --data-root" in commands[0]
    assert "itner prepare --domain pii --source embedded --data-root" in commands[1]
    # The choice can be taken back, and the other page knows of it.
    page.radio(key="domain").set_value("toy").run()
    (command,) = check_commands(code.value for code in page.code)
    assert "itner prepare --domain toy --source jsonl --path DIR --dataset mine" in command
    page.radio(key="domain").set_value("it").run()
    assert page.dataframe


def test_each_domain_shows_its_own_datasets(monkeypatch: pytest.MonkeyPatch) -> None:
    for domain in list_domains():
        page = open_page("data", HERE.models, monkeypatch, domain=domain.name)
        shown = set(page.selectbox(key="dataset").options)
        assert domain.release is not None
        assert domain.release.corpus in shown
        others = {corpus.dataset for other in list_domains() if other is not domain for corpus in other.corpora}
        assert not shown & others


def test_how_the_corpus_was_annotated_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    report = read_corpus_report(REPOSITORY / "data" / "helpdesk")
    assert report is not None
    words = corpus.annotation_in_words(report)
    assert words.startswith(f"{report.tickets:,} tickets, {report.sentences:,} sentences, each annotated twice")
    # Where some were annotated once, it is told of which the agreement is.
    partly = read_corpus_report(REPOSITORY / "data" / "utility")
    assert partly is not None
    assert "4,332 sentences, 765 of them annotated twice, 3,567 once" in corpus.annotation_in_words(partly)
    assert f"with F1 0.948 (0.946 to 0.951) and Cohen's kappa {report.agreement.kappa:.3f}" in words
    assert round(report.agreement.overall.f1, 3) == 0.948
    frame = corpus.agreement(report).set_index("type")
    assert frame.loc["all types", "first to second"] == "0.948 (0.946 to 0.951)"
    assert frame.loc["OS", "second to settled"] == "0.999 (0.997 to 0.999)"
    assert round(report.second_to_gold.per_type["OS"].f1, 3) == 0.999
    assert set(corpus.agreement_columns()) == set(frame.columns)
    measures = corpus.diversity(report).set_index("measure")["value"]
    assert measures["type/token ratio"] == f"{report.diversity.type_token_ratio:.3f}"
    page = open_page("data", HERE.models, monkeypatch, dataset="helpdesk")
    assert words in [block.value for block in page.markdown]


def test_a_damaged_report_hides_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "processed_meta.json").write_bytes((REPOSITORY / "data" / "processed_meta.json").read_bytes())
    (tmp_path / "helpdesk").mkdir()
    (tmp_path / "helpdesk" / "report.json").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("ITNER_DATA", str(tmp_path))
    page = open_page("data", HERE.models, monkeypatch, dataset="helpdesk")
    assert "How this corpus was annotated cannot be shown." in [warning.value for warning in page.warning]
    assert len(unfold(page, "inputs").dataframe) >= 2
    assert any("itner-facts" in block.body for block in page.get("html"))
