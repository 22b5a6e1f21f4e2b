"""The Go-back page: verdicts with their evidence, files, and what is said when there is nothing to judge."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from opening import open_page
from streamlit.testing.v1 import AppTest
from synthetic import PROVENANCE

from itner.core.types import Mention
from itner.dashboard import goback, judging
from itner.dashboard.cache import load_other_verdicts, load_verdicts
from itner.domains import registry
from itner.domains.utility import reports as verdict_rules
from itner.records import workspace as workspaces
from itner.records.codec import to_json
from itner.records.verdicts import VERDICTS, CoveragePoint, VerdictReport, VerdictScores
from itner.workflows.tag import Chosen

LINES = b"16 ft clearance over the street\n18 ft clearance over the street\n"


def settle(page: AppTest) -> AppTest:
    """Wait for the page's jobs, as its fragment does."""
    for _ in range(100):
        if not any(button.label == "Stop" for button in page.button):
            break
        for name in ("judging_tags", "judging_verdicts"):
            if name in page.session_state:
                assert page.session_state[name][1].wait(60)
        page.run()
    else:
        pytest.fail("the page still offers to stop")
    assert not page.exception
    return page


def verdicts(page: AppTest) -> pd.DataFrame:
    return next(table.value for table in settle(page).dataframe if "verdict" in table.value.columns)


def count_calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are judged from now on, as they are judged."""
    texts: list[str] = []
    judge = verdict_rules.judge

    def counted(text: str, *given: object) -> object:
        texts.append(text)
        return judge(text, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(verdict_rules, "judge", counted)
    return texts


def test_the_examples_are_judged_by_the_rules_without_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("goback", tmp_path, monkeypatch)
    found = verdicts(page)
    assert found["verdict"].str.contains("violation").sum() >= 2
    assert found["verdict"].str.contains("review").sum() >= 1
    assert sum(int(metric.value) for metric in page.metric) == len(found)
    rules = next(table.value for table in page.dataframe if "source" in table.value.columns)
    assert len(rules) >= 25


def test_how_often_verdicts_are_right_comes_from_the_file_of_the_corpus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("goback", tmp_path, monkeypatch)
    scored = load_verdicts("utility")
    assert scored is not None
    assert any(
        f"{scored.scores.decided} are decided, {scored.scores.wrong} of them wrongly (100% right)" in text.value
        for text in page.markdown
    )
    shares = next(table.value for table in page.dataframe if "reports decided" in table.value.columns)
    assert list(shares["reports decided"]) == [point.decided for point in scored.scores.curve]
    # Where the verdicts were scored by others the page shows those.
    own = tmp_path / "data" / "utility" / "verdicts.json"
    own.parent.mkdir(parents=True)
    monkeypatch.setenv("ITNER_DATA", str(tmp_path / "data"))
    counts = {word: dict.fromkeys(VERDICTS, 1) for word in VERDICTS}
    others = replace(scored.scores, counts=counts, curve=(CoveragePoint(0.5, 9, 6, 2), CoveragePoint(0.9, 9, 0, 0)))
    own.write_text(to_json(replace(scored, scores=others)), encoding="utf-8")
    page.run()
    assert any(
        "Of 9 reports that were decided by hand, 6 are decided, 4 of them wrongly (33% right); 3 are left to a person, "
        "which 1 of them were by hand, too." in text.value
        for text in page.markdown
    )
    own.write_text("{}", encoding="utf-8")
    page.run()
    assert [warning.value for warning in page.warning] == ["The scores of verdicts cannot be shown."]


def test_scores_on_other_reports_are_told_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("goback", tmp_path, monkeypatch)
    others = load_other_verdicts("utility")
    assert [(other.reports, "utility_lora_kd" in other.found_by) for other in others] == [
        ("infractions_odd.tsv", False),
        ("infractions_odd.tsv", True),
        ("infractions.tsv", True),
    ]
    told = [text.value for text in page.markdown if text.value.startswith("On `infractions")]
    assert len(told) == len(others)
    for words, other in zip(told, others, strict=True):
        assert f"{other.scores.decided} are decided, {other.scores.wrong} of them wrongly" in words
        assert other.found_by in words
    # A share is none above the whole.
    scored = load_verdicts("utility")
    assert scored is not None
    assert tuple(goback.scores_figure(scored).layout.yaxis.range) == (0, 1.05)


def test_what_scores_verdicts_is_said_where_nobody_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspaces, "CHECKOUT", None)
    monkeypatch.setenv("ITNER_DATA", str(tmp_path))
    page = open_page("goback", tmp_path, monkeypatch)
    [command] = [code.value for code in page.code if "--decided" in code.value]
    assert f"--output {tmp_path / 'utility' / 'verdicts.json'}" in command
    assert not any("reports decided" in table.value.columns for table in page.dataframe)


def test_no_share_is_drawn_where_nothing_is_decided() -> None:
    scores = VerdictScores(0.9, {}, 0, (CoveragePoint(0.5, 8, 4, 3), CoveragePoint(0.9, 8, 0, 0)))
    report = VerdictReport("a.tsv", "0" * 64, "rules", scores, PROVENANCE)
    [line] = goback.scores_figure(report).data
    assert (list(line.x), list(line.y)) == ([0.5], [0.75])
    table = goback.scores_table(report)
    assert list(table["decided"]) == [0.5, 0.0]
    assert table["right"].isna().to_list() == [False, True]


def test_a_text_of_the_users_own_is_judged_and_shown_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("goback", tmp_path, monkeypatch)
    hostile = "<script>alert(1)</script> drop over Elm Street at 16 ft"
    page.text_area(key="reports").set_value(f"{hostile}\n\nnothing to see").run()
    found = verdicts(page)
    assert list(found["report"]) == [hostile, "nothing to see"]
    assert "violation" in found["verdict"][0]
    bodies = [each.proto.body for each in page.get("html")]
    assert any("&lt;script&gt;" in body for body in bodies)
    assert not any("<script" in body for body in bodies)


def test_verdicts_below_the_threshold_are_for_review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("goback", tmp_path, monkeypatch)
    page.slider(key="goback_confidence").set_value(1.0).run()
    assert set(verdicts(page)["verdict"].str.split().str[-1]) == {"review"}


def test_with_an_upload_only_the_upload_is_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("goback", tmp_path, monkeypatch)
    page.file_uploader[0].set_value([("a.txt", LINES, "text/plain"), ("b.bin", b"a\0b", "text/plain")]).run()
    assert list(verdicts(page)["where"]) == ["a.txt, line 1", "a.txt, line 2"]
    assert any(text.value.startswith("b.bin:") for text in page.text)
    assert any("Only the files are judged" in caption.value for caption in page.caption)
    # What cannot be read is no reason to judge the examples.
    page.file_uploader[0].set_value([("b.bin", b"a\0b", "text/plain")]).run()
    assert [info.value for info in page.info] == ["No report was found in these files."]
    assert not page.dataframe
    page.file_uploader[0].set_value([]).run()
    assert len(verdicts(page)) > 2


def test_reports_are_judged_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judged = count_calls(monkeypatch)
    page = open_page("goback", tmp_path, monkeypatch)
    page.file_uploader[0].set_value([("a.txt", LINES, "text/plain")]).run()
    assert set(verdicts(page)["verdict"].str.split().str[-1]) == {"violation", "compliant"}
    assert judged[-2:] == LINES.decode().splitlines()
    before = len(judged)
    page.slider(key="goback_confidence").set_value(1.0).run()
    assert set(verdicts(page)["verdict"].str.split().str[-1]) == {"review"}
    # Rules do not know how sure they are: no threshold takes a mention of theirs.
    page.slider(key="goback_mentions").set_value(0.9).run()
    assert len(verdicts(page)) == 2
    assert len(judged) == before


def test_only_reports_whose_mentions_changed_are_judged_anew(
    shipped_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = count_calls(monkeypatch)
    scores = {"16": 0.4, "18": 0.9}

    class Unsure:
        types = ("MEASURE",)

        def tag(self, texts: list[str], guideline: str | None = None) -> list[list[Mention]]:
            return [[Mention(0, 5, "MEASURE", scores[text[:2]])] for text in texts]

    monkeypatch.setattr(judging, "choose_tagger", lambda domain, choice: Chosen(Unsure(), "unsure"))  # type: ignore[arg-type]
    page = open_page("goback", shipped_models, monkeypatch, reports=LINES.decode())
    assert len(verdicts(page)) == 2
    judged.clear()
    page.slider(key="goback_mentions").set_value(0.5).run()
    settle(page)
    assert judged == ["16 ft clearance over the street"]


def test_judging_can_be_stopped_and_begun_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = threading.Event()
    judge = verdict_rules.judge

    def slow(*given: object) -> object:
        held.wait(30)
        return judge(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(verdict_rules, "judge", slow)
    page = open_page("goback", tmp_path, monkeypatch, reports=LINES.decode())
    assert [button.label for button in page.button] == ["Stop"]
    assert not page.dataframe
    page.button[0].click().run()
    held.set()
    settle(page)
    assert [warning.value for warning in page.warning] == ["Stopped: 1 of 2 reports are judged."]
    assert len(verdicts(page)) == 1
    next(button for button in page.button if button.label == "Judge again").click().run()
    assert len(verdicts(page)) == 2
    assert not page.warning


def test_what_the_user_types_comes_with_the_link_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("goback", tmp_path, monkeypatch)
    page.text_area(key="reports").set_value("16 ft over the street").run()
    settle(page)
    assert "reports" not in page.query_params
    assert not any("reports_link=" in code.value for code in page.code)
    page.button(key="copy_reports").click().run()
    settle(page)
    assert dict(page.query_params) == {}
    (token,) = [code.value.split("reports_link=")[1] for code in page.code if "reports_link=" in code.value]
    theirs = open_page("goback", tmp_path, monkeypatch, reports_link=token)
    assert theirs.text_area(key="reports").value == "16 ft over the street"


def test_a_link_opens_the_same_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("goback", tmp_path, monkeypatch, reports="18 ft clearance over the street")
    assert list(verdicts(page)["report"]) == ["18 ft clearance over the street"]


def test_without_a_report_the_page_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("goback", tmp_path, monkeypatch)
    page.text_area(key="reports").set_value("  ").run()
    assert [info.value for info in page.info] == ["Enter a report."]
    monkeypatch.setattr(registry, "_folders", lambda: ("it",))
    monkeypatch.setattr(registry, "_known", {})
    page = open_page("goback", tmp_path, monkeypatch)
    assert [info.value for info in page.info] == ["No domain here has rules to judge by."]
