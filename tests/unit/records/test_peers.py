from __future__ import annotations

import dataclasses
import re

import pytest
from peer_samples import OTHER_HASH, peer, peers, personal_peers, timing
from pydantic import ValidationError
from synthetic import HASH

from itner.records.codec import from_json, to_json
from itner.records.peers import Peers, Timed
from itner.records.scores import Counts


@pytest.mark.parametrize("timed", [True, False])
def test_peers_go_to_json_and_back_without_loss(timed: bool) -> None:
    for found in (peers(timed), personal_peers(timed)):
        assert from_json(Peers, to_json(found)) == found


def test_a_file_from_before_redaction_was_counted_is_read_as_it_is() -> None:
    text = to_json(peers())
    assert '"masking": null' in text
    assert from_json(Peers, re.sub(r',\s*"masking": null', "", text)) == peers()


def test_scores_are_found_by_dataset_and_split() -> None:
    score = peer(tp=60).score("stackoverflow", "test")
    assert score is not None
    assert score.micro == Counts(65, 10, 45)
    assert peer().score("stackoverflow", "dev") is None


def test_a_ratio_is_that_of_the_rounds_not_of_the_medians() -> None:
    theirs, ours = timing().timed
    assert (ours.tokens_per_s, theirs.tokens_per_s) == (4000.0, 1500.0)
    assert ours.ratio(theirs) == 2.0  # of 2, 4 and 2; the medians' would be 2.67
    assert theirs.ratio(ours) == 0.5


def test_those_that_took_turns_have_as_many_rounds() -> None:
    short = Timed("CRF", None, HASH, "", (1.0,))
    with pytest.raises(ValidationError, match="as many rounds"):
        dataclasses.replace(timing(), timed=(*timing().timed, short))


def test_a_speed_counts_for_the_model_that_had_it() -> None:
    found = peers()
    assert found.timed(found.peers[0]) == found.timing.timed[0]  # type: ignore[union-attr]
    assert found.timed(dataclasses.replace(found.peers[0], model_sha256=HASH)) is None
    assert found.timed_run("good", "int8", HASH) is not None
    assert found.timed_run("good", "fp32", HASH) is None
    assert found.timed_run("good", "int8", OTHER_HASH) is None
    assert peers(timed=False).timed(found.peers[0]) is None


@pytest.mark.parametrize("name", ["", "<b>", "a*b*", "[x](http://y)", "a\nb", "x" * 65])
def test_a_name_has_no_sign_that_a_page_could_take_for_markup(name: str) -> None:
    with pytest.raises(ValidationError, match="name"):
        dataclasses.replace(peer(), name=name)


def test_a_rate_of_nothing_is_none() -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        Timed("CRF", None, HASH, "", (0.0,))
