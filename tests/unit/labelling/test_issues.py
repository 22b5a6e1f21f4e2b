from __future__ import annotations

import datasets
import pytest
from datasets import Dataset

from itner.core.errors import InputError
from itner.labelling.issues import is_prose, sample_sentences, stream_issues, strip_markup

ISSUE = """<issue_start><issue_comment>username_0: The build of version 2.3 fails on Ubuntu since Monday.
```bash
make all
```
> quoted words of somebody else who is not asked

    indented code that is no prose either at all
<!-- please fill in
this form -->
It prints a long error about the missing header file.
~~~
never closed
"""


def test_only_an_issues_own_words_stay() -> None:
    lines = [line for line in strip_markup(ISSUE).split("\n") if line.strip()]
    assert lines == [
        "The build of version 2.3 fails on Ubuntu since Monday.",
        "It prints a long error about the missing header file.",
    ]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The build of version 2.3 fails on Ubuntu.", True),
        ("Thanks a lot!", False),
        ("word " * 61, False),
        ("0x1 0x2 { } ; = = 7 8 word", False),
        ("Всё сломалось после обновления, помогите пожалуйста скорее", False),
    ],
)
def test_prose_is_of_usual_length_and_mostly_words(sentence: str, expected: bool) -> None:
    assert is_prose(sentence) is expected


def test_each_issue_gives_one_sentence_and_none_comes_twice() -> None:
    issues = [ISSUE, "ok", "The very same sentence stands here.", "The very same sentence stands here."]
    documents = sample_sentences(issues, 13, "issues")
    assert [document.id for document in documents] == ["issue-0", "issue-2"]
    assert documents == sample_sentences(issues, 13, "issues")
    texts = {sample_sentences([ISSUE], seed, "issues")[0].text for seed in range(20)}
    assert len(texts) == 2
    assert all(document.mentions == () and document.tokens for document in documents)


def test_the_stream_is_shuffled_and_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def load(name: str, **options: object) -> object:
        asked.append((name, options))
        return Dataset.from_dict({"content": [str(number) for number in range(50)]}).to_iterable_dataset()

    monkeypatch.setattr(datasets, "load_dataset", load)
    found = list(stream_issues("some/issues", 10, 13))
    assert asked == [("some/issues", {"split": "train", "streaming": True})]
    assert len(set(found)) == 10
    assert found != [str(number) for number in range(10)]
    assert found == list(stream_issues("some/issues", 10, 13))


def test_offline_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **options: object) -> object:
        raise ConnectionError("no route")

    monkeypatch.setattr(datasets, "load_dataset", fail)
    with pytest.raises(InputError, match=r"terms must be accepted.*pass files of text instead"):
        list(stream_issues("some/issues", 1, 13))
