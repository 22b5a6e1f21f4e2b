from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import HASH, PROVENANCE

from itner.core.errors import InputError
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.domains.it.scheme import SCHEME
from itner.evaluation.predictions import read_predictions, write_predictions
from itner.evaluation.report import score_predictions
from itner.records.evaluation import PredictionInfo
from itner.records.int8 import Int8Recipe
from itner.records.scores import Counts

INFO = PredictionInfo(
    run="run",
    dataset="d",
    split="dev",
    split_sha256=HASH,
    variant="int8",
    model_sha256=HASH,
    int8=Int8Recipe(),
    repair_rule="discard",
    documents=2,
    max_logit_difference=0.1,
    tag_agreement=0.9,
    provenance=PROVENANCE,
)
mentions = st.lists(
    st.builds(
        lambda start, length, kind, score: Mention(start, start + length, kind, score),
        st.integers(0, 2**31 - 100),
        st.integers(1, 50),
        st.sampled_from(SCHEME.types) | st.text(min_size=1, max_size=5),
        st.none() | st.floats(0, 1, width=32),
    ),
    max_size=4,
)
ids = st.lists(st.text(min_size=1, max_size=8), min_size=2, max_size=2, unique=True)


def document(name: str, text: str = "Windows fails", *found: Mention) -> Document:
    return Document(text, split_tokens(text), found, name, "d")


@given(ids, mentions, mentions)
def test_what_is_stored_is_read_again(names: list[str], first: list[Mention], second: list[Mention]) -> None:
    path = Path(_FOLDER[0]) / "p.parquet"
    write_predictions(path, INFO, [document(name) for name in names], [first, second])
    found = read_predictions(path)
    assert found.info == INFO
    expected = {name: tuple(m) for name, m in zip(names, (first, second), strict=True) if m}
    assert found.mentions == expected


_FOLDER: list[str] = []


@pytest.fixture(scope="module", autouse=True)
def _folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    _FOLDER[:] = [str(tmp_path_factory.mktemp("predictions"))]


def test_no_text_is_stored(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    write_predictions(path, INFO, [document("a", "Zyxwvut fails"), document("b")], [[Mention(0, 7, "OS", 0.5)], []])
    assert b"Zyxwvut" not in path.read_bytes()
    assert pq.read_table(path).column_names == ["document", "start", "end", "type", "score"]
    assert [item.name for item in tmp_path.iterdir()] == ["p.parquet"]


def test_scores_come_from_gold_and_predictions_alone(tmp_path: Path) -> None:
    documents = [
        document("a", "Windows fails", Mention(0, 7, "OS")),
        document("b", "Word is slow", Mention(0, 4, "SOFTWARE")),
    ]
    path = tmp_path / "p.parquet"
    write_predictions(path, INFO, documents, [[Mention(0, 7, "OS", 0.9)], [Mention(5, 7, "OS", 0.4)]])
    report, errors = score_predictions(documents, read_predictions(path), SCHEME.types)
    assert report.per_type["OS"] == Counts(tp=1, fp=1)
    assert report.per_type["SOFTWARE"] == Counts(fn=1)
    assert (report.documents, report.tokens, report.tokens_correct) == (2, 5, 3)
    assert (report.tag_agreement, report.max_logit_difference, report.variant) == (0.9, 0.1, "int8")
    assert [(record.document, record.kind) for record in errors.errors] == [("b", "missed"), ("b", "spurious")]


def test_a_mention_between_token_boundaries_counts_like_any_other(tmp_path: Path) -> None:
    # A kind without tokens may mark a part of one; BIO tags cannot express it, the counts can.
    (one, two) = document("a", "Windows11 fails", Mention(0, 9, "OS")), document("b")
    path = tmp_path / "p.parquet"
    write_predictions(path, INFO, [one, two], [[Mention(0, 7, "OS")], []])
    report, _ = score_predictions([one, two], read_predictions(path), SCHEME.types)
    assert report.per_type["OS"] == Counts(fp=1, fn=1)
    assert report.tokens_correct == 3


def test_predictions_of_other_documents_or_types_are_refused(tmp_path: Path) -> None:
    documents = [document("a"), document("b")]
    path = tmp_path / "p.parquet"
    write_predictions(path, INFO, documents, [[Mention(0, 7, "OS")], []])
    found = read_predictions(path)
    with pytest.raises(InputError, match="of other documents"):
        score_predictions([document("b"), document("c")], found, SCHEME.types)
    with pytest.raises(InputError, match="of other documents"):
        score_predictions([*documents, document("c")], found, SCHEME.types)
    with pytest.raises(InputError, match="types that are not scored: OS"):
        score_predictions(documents, found, ("FRUIT",))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([Mention(0, 7, "OS"), Mention(0, 7, "OS")], "mention at 0 overlaps or is out of order"),
        ([Mention(0, 7, "OS"), Mention(5, 9, "OS")], "mention at 5 overlaps"),
        ([Mention(8, 13, "OS"), Mention(0, 7, "OS")], "mention at 0 overlaps or is out of order"),
        ([Mention(8, 14, "OS")], "mention ends at 14, the text at 13"),
    ],
    ids=["twice", "overlap", "order", "beyond"],
)
def test_mentions_that_do_not_fit_the_text_are_refused(found: list[Mention], said: str, tmp_path: Path) -> None:
    documents = [document("a"), document("b")]
    path = tmp_path / "p.parquet"
    write_predictions(path, INFO, documents, [found, []])
    with pytest.raises(InputError, match=f"do not fit their text: document a: {said}"):
        score_predictions(documents, read_predictions(path), SCHEME.types)


def damaged(name: str, path: Path) -> None:
    table = pq.read_table(path)
    if name == "not parquet":
        path.write_bytes(b"PAR1 and no more")
    elif name == "cut off":
        path.write_bytes(path.read_bytes()[:-20])
    elif name == "no facts":
        pq.write_table(table.replace_schema_metadata({}), path)
    elif name == "other facts":
        pq.write_table(table.replace_schema_metadata({b"itner": b'{"run": 1}'}), path)
    elif name == "no column":
        pq.write_table(table.drop_columns(["score"]), path)
    elif name == "backwards":
        pq.write_table(table.set_column(1, "start", pa.array([9], pa.int32())), path)
    elif name == "no certainty":
        pq.write_table(table.set_column(4, "score", pa.array([-1.0], pa.float32())), path)
    elif name == "numbers for types":
        pq.write_table(table.set_column(3, "type", pa.array([1])), path)
    elif name == "halves for numbers":
        pq.write_table(table.set_column(1, "start", pa.array([0.5])), path)
    elif name == "a gap":
        pq.write_table(table.set_column(0, "document", pa.array([None], pa.string())), path)
    elif name == "words for numbers":
        pq.write_table(table.set_column(1, "start", pa.array(["x"])), path)


@pytest.mark.parametrize(
    "name",
    [
        "not parquet",
        "cut off",
        "no facts",
        "other facts",
        "no column",
        "backwards",
        "no certainty",
        "words for numbers",
        "numbers for types",
        "halves for numbers",
        "a gap",
    ],
)
def test_a_damaged_file_is_bad_input(name: str, tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    write_predictions(path, INFO, [document("a"), document("b")], [[Mention(0, 7, "OS", 0.5)], []])
    damaged(name, path)
    with pytest.raises(InputError, match="not predictions"):
        read_predictions(path)
    with pytest.raises(InputError, match="no such predictions"):
        read_predictions(tmp_path / "gone.parquet")


def test_only_int8_says_how_it_was_quantised() -> None:
    with pytest.raises(ValueError, match="must say how the weights were quantised"):
        replace(INFO, variant="fp32")
    with pytest.raises(ValueError, match="must say how the weights were quantised"):
        replace(INFO, int8=None)
