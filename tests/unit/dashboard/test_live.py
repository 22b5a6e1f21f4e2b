"""Which taggers the pages begin with."""

from __future__ import annotations

from shipped import HERE

from itner.dashboard.live import choose_first, list_choices
from itner.records.store import RunStore


def test_the_run_of_the_domain_comes_first_and_those_of_few_sentences_last() -> None:
    runs = [run for run in RunStore(HERE.models).load_all()[0] if run.info.domain == "utility"]
    choices = list_choices(runs)
    assert choices[0].key == "utility_lora_kd@int8"
    deployed = [choice.run.name for choice in choices if choice.variant in ("int8", "patterns")]
    assert set(deployed[-2:]) == {"utility_lora_deep-specifications-40", "utility_lora-specifications-40"}
    first = choose_first(choices)
    assert first[0] == choices[0].key
    assert not [key for key in first if "specifications-40" in key]
    # Where there is nothing else, they are better than nothing.
    few = [choice for choice in choices if "specifications-40" in choice.key]
    assert choose_first(few)
