from __future__ import annotations

from shipped import HERE

from itner.dashboard.live import Choice, list_choices
from itner.dashboard.pairs import find_counterpart, link_pair, list_error_links, name_pair
from itner.records.store import RunStore


def test_a_compressed_model_goes_with_what_it_is_to_equal_and_the_other_way_round() -> None:
    run = RunStore(HERE.models).load("minilm_l3_kd")
    known = [f"minilm_l3_kd@{variant}" for variant in ("int8", "fp16", "fp32", "torch")]
    found = {variant: find_counterpart(Choice(run, variant), known) for variant in ("int8", "fp16", "fp32", "torch")}
    deployed, exact = "minilm_l3_kd@int8", "minilm_l3_kd@fp32"
    assert found == {"int8": exact, "fp16": deployed, "fp32": deployed, "torch": deployed}
    assert find_counterpart(Choice(run, "int8"), [deployed]) is None
    assert name_pair(run) == "FP32 against INT8"
    assert link_pair(run) == {"domain": ["it"], "a": ["minilm_l3_kd:fp32"], "b": ["minilm_l3_kd:int8"]}
    links = dict(list_error_links(run))
    assert "helpdesk test" in links
    assert links["helpdesk test"]["show"] == ["differ"]
    assert [links["helpdesk test"][side] for side in "ab"] == [["minilm_l3_kd · FP32"], ["minilm_l3_kd · INT8"]]
    assert links["helpdesk test"]["variant"] == ["fp32", "int8"]


def test_what_is_not_compressed_has_no_pair() -> None:
    runs = {run.info.kind: run for run in RunStore(HERE.models).load_all()[0]}
    rules = runs["rules"]
    assert name_pair(rules) is None
    assert list_error_links(rules) == []
    choices = list_choices([rules])
    assert find_counterpart(choices[0], [choice.key for choice in choices]) is None
    # The adapters of a decoder that were best are what it is deployed with.
    assert name_pair(runs["generative"]) is None
