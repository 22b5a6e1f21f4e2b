"""What runs that learned from few sentences show."""

from __future__ import annotations

from dataclasses import replace

from shipped import HERE

from itner.domains.registry import get_domain
from itner.domains.release import Release
from itner.records.store import Run, RunStore
from itner.reporting.tracks import tracks_in_words


def utility() -> tuple[Release, list[Run]]:
    release = get_domain("utility").release
    assert release is not None
    return release, [RunStore(HERE.models).load(name) for name in release.runs]


def test_few_sentences_are_told_with_what_they_cannot_show() -> None:
    release, runs = utility()
    (words,) = tracks_in_words(runs, release)
    widths = []
    for plan in release.tracks:
        run = next(run for run in runs if run.name == plan.name)
        few, whole = run.report(plan.dataset, "dev", "int8"), run.report("specifications", "test", "int8")
        assert f"{few.micro.f1:.3f} ({few.micro_f1_interval.low:.3f} to" in words
        assert f"{whole.micro.f1:.3f} ({whole.micro_f1_interval.low:.3f} to" in words
        widths.append(few.micro_f1_interval.high - few.micro_f1_interval.low)
    assert f"up to {max(widths):.2f} wide" in words
    assert "10 dev sentences" in words
    assert "190 sentences of specifications test" in words
    assert words.startswith(" and ".join(f"`{plan.name}`" for plan in release.tracks))


def test_nothing_is_said_of_what_is_not_here_or_is_of_other_weights() -> None:
    release, runs = utility()
    names = {plan.name for plan in release.tracks}
    assert tracks_in_words([run for run in runs if run.name not in names], release) == []
    assert tracks_in_words([], release) == []
    others = [
        replace(run, info=replace(run.info, weights_sha256="0" * 64)) if run.name in names else run for run in runs
    ]
    assert tracks_in_words(others, release) == []
