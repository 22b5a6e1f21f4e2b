"""What is said of a compact run: its facts, the command that makes it again, its part of the model card."""

from __future__ import annotations

from itner.core.errors import InputError
from itner.core.words import listed
from itner.domains.registry import get_domain
from itner.records.config import CompactConfig, TransferLesson
from itner.records.store import Run
from itner.taggers.base import CardText, Remake
from itner.taggers.compact.presets import preset
from itner.taggers.compact.variants import count_reach, facts_of
from itner.taggers.encoder.describe import INT8_LIMIT, describe_transfer, list_corpora
from itner.taggers.remaking import changed, lost

# Options of `itner train`, by the field of the configuration that they change.
_OPTIONS = {"epochs": "--epochs", "learning_rate": "--lr", "seed": "--seed", "device": "--device"}
# What the transfer set decides, not the preset.
_FROM_DATA = {"transfer.name", "guidelines"}


def list_facts(run: Run) -> dict[str, str]:
    """What a compact run is, as names and values."""
    info, config = facts_of(run)
    own = f"{config.pieces:,} of its own" if config.pieces is not None else "one for every piece"
    return {
        "preset": info.preset,
        "network": f"{len(config.dilations)} gated convolutions over {config.kernel} pieces, {config.hidden} wide, "
        f"dilations {', '.join(map(str, config.dilations))}",
        "embeddings": f"{config.width} wide, {own}",
        "reach": f"{count_reach(config)} pieces to each side",
        "transfer set": describe_transfer(info.transfer),
        "teachers": ", ".join(info.teachers),
        "dataset": f"{info.dataset.name} (source: {info.dataset.source})",
        "dataset SHA-256": info.dataset.sha256,
        "parameters": f"{info.parameters_total:,}, all trained",
        "seed": str(info.seed),
        "epochs": f"{config.epochs} (micro-F1 on dev {info.best_dev_f1:.3f})",
        "training time": f"{info.train_seconds / 60:.0f} min, in {info.arithmetic.upper()}",
        "weights SHA-256": info.weights_sha256,
        "tokenizer SHA-256": info.tokenizer_sha256 or "not written down",
    }


def remake(run: Run, name: str) -> Remake:
    """The training again, with what the run's configuration has changed from today's preset."""
    config = facts_of(run)[1]
    try:
        usual: CompactConfig | None = preset(config.preset, TransferLesson(config.transfer.name))
    except InputError:
        usual = None
    words = ["train", config.preset, "--transfer", config.transfer.name, "--run", name]
    words += changed(config, usual, _OPTIONS)
    return Remake(tuple(words), lost(config, usual, _OPTIONS.keys() | _FROM_DATA))


def write_card_text(run: Run) -> CardText:
    """A compact tagger's part of the model card."""
    info, config = facts_of(run)
    made, taught = info.provenance, info.transfer
    corpora = list_corpora(info.dataset, get_domain(info.domain))
    teachers = listed(info.teachers)
    raw = f" and {taught.raw:,} sentences of raw text" if taught.raw else ""
    shown = "was not shown" if config.transfer.soft_weight == 1 else "counted as well"
    data = (
        f"It learned from what {teachers} said of every word piece of {taught.windows:,} windows: the training text of "
        f"`{info.dataset.name}`{raw}, and {taught.settings.copies} altered copies of each, with other mentions and "
        f"words in their place, joined, cut, mistyped or in lower case. The annotation itself {shown}."
    )
    for credit in dict.fromkeys(corpus.credit for corpus in corpora if corpus.credit):
        data += f" {credit}"
    if config.guidelines:
        data += (
            f" The annotation guidelines of {listed(config.guidelines)} differ, so a mark at the beginning of a "
            f"text says whose to follow; text of any other source is tagged as {config.guidelines[-1]} is annotated."
        )
    return CardText(
        made=(
            f"Word-piece embeddings of {config.width} dimensions, {len(config.dilations)} gated convolutions, "
            f"{info.parameters_total:,} parameters. What it says of a word depends on the {count_reach(config)} pieces "
            "to each side alone."
        ),
        data=data,
        limits=(
            INT8_LIMIT,
            f"What stands further than {count_reach(config)} pieces away cannot help it.",
            *(corpus.limit for corpus in corpora if corpus.limit),
        ),
        provenance=(
            f"Seed {info.seed}, commit `{made.commit}`, weights SHA-256 `{info.weights_sha256}`, "
            f"dataset SHA-256 `{info.dataset.sha256}`, PyTorch {made.versions['torch']}."
        ),
        hub={"library_name": "itner"},
        tags=("onnx",),
    )
