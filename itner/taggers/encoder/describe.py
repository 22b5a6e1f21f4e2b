"""What is said of an encoder run: its facts, the command that makes it again, its part of the model card."""

from __future__ import annotations

from itner.core.errors import InputError
from itner.core.words import listed
from itner.domains.registry import Corpus, Domain, get_domain
from itner.records.config import EMBEDDED_BACKBONE, DistillSettings, EncoderConfig
from itner.records.run import DatasetRef, EncoderRun
from itner.records.store import Run
from itner.records.transfer import TransferFacts
from itner.taggers.base import CardText, Remake
from itner.taggers.encoder.presets import preset, taught_preset
from itner.taggers.encoder.variants import facts_of
from itner.taggers.remaking import changed, lost

_HUB_NAMES = {EMBEDDED_BACKBONE: "sentence-transformers/all-MiniLM-L6-v2"}
_LICENSES = {EMBEDDED_BACKBONE: "apache-2.0"}
# What is true of every network that is quantised with fixed ranges.
INT8_LIMIT = (
    "INT8 cuts activations off at ranges that were measured once on training text, so that a sentence is read alike "
    "whatever stands beside it; text that is unlike the training text may lose more than the test sets show, and "
    "single mentions may differ between CPUs."
)
# Options of `itner train` and `itner distill`, by the field of the configuration that they change.
_OPTIONS = {
    "backbone": "--backbone",
    "epochs": "--epochs",
    "learning_rate": "--lr",
    "seed": "--seed",
    "device": "--device",
}
# The same for what it learns from.
_DISTILL_OPTIONS = {
    "temperature": "--temperature",
    "soft_weight": "--soft-weight",
    "hidden_weight": "--hidden-weight",
}
# What the data decides, not the preset: which guidelines there are to mark, and, with one alone, whether any is.
_FROM_DATA, _FROM_SINGLE_DATA = {"guidelines"}, {"guidelines", "mark_guidelines"}


def list_facts(run: Run) -> dict[str, str]:
    """What an encoder run is, as names and values."""
    info, config = facts_of(run)
    data = info.dataset
    taught = {}
    if info.transfer is not None and config.transfer is not None:
        taught["transfer set"] = describe_transfer(info.transfer)
        taught["begun with"] = config.transfer.begin or "the backbone"
        if info.begin_sha256 is not None:
            taught["begun with SHA-256"] = info.begin_sha256
    if info.teachers:
        taught["teachers"] = ", ".join(info.teachers)
    return {
        "preset": info.preset,
        "backbone": info.backbone,
        "backbone SHA-256": info.backbone_sha256,
        **taught,
        "dataset": f"{data.name} (source: {data.source})",
        "dataset SHA-256": data.sha256,
        "training sentences": f"{data.train_documents:,} ({data.train_documents_oversampled:,} after oversampling)",
        "parameters": f"{info.parameters_total:,}, trained {info.parameters_trainable:,}",
        "seed": str(info.seed),
        "window": f"{info.max_length} pieces",
        # From a transfer set, the last epoch is kept.
        "best epoch" if info.transfer is None else "epochs": f"{info.best_epoch:g} (micro-F1 on dev "
        f"{info.best_dev_f1:.3f})",
        "training time": f"{info.train_seconds / 60:.0f} min, in {info.arithmetic.upper()}",
        "weights SHA-256": info.weights_sha256,
        "tokenizer SHA-256": info.tokenizer_sha256 or "not written down",
    }


def describe_transfer(facts: TransferFacts) -> str:
    """What a run learned from, in words."""
    return (
        f"{facts.name}: {facts.windows:,} windows, {facts.pieces:,} pieces, from {facts.documents:,} documents and "
        f"{facts.settings.copies} altered copies of each"
    )


def remake(run: Run, name: str) -> Remake:
    """The training again, with what the run's configuration has changed from today's preset."""
    info, config = facts_of(run)
    base = _preset(config)
    if config.transfer is not None:
        words = ["train", config.preset, "--transfer", config.transfer.name, "--run", name]
        words += [] if config.transfer.begin is None else ["--begin", config.transfer.begin]
        options = {field: option for field, option in _OPTIONS.items() if field != "backbone"}
        return Remake((*words, *changed(config, base, options)), _lost(info, config, base))
    words = [config.preset, "--data", info.dataset.name, "--run", name]
    if config.distill is None or (base is not None and base.distill == config.distill):
        # A preset that distils names the teachers itself.
        words = ["train", *words]
    else:
        words = ["distill", *words]
        for teacher in config.distill.teachers:
            words += ["--teacher", teacher]
        words += changed(config.distill, DistillSettings(config.distill.teachers), _DISTILL_OPTIONS)
    return Remake((*words, *changed(config, base, _OPTIONS)), _lost(info, config, base))


def _preset(config: EncoderConfig) -> EncoderConfig | None:
    try:
        if config.transfer is not None:
            return taught_preset(config.preset, config.transfer)
        return preset(config.preset)
    except InputError:
        return None


def _lost(info: EncoderRun, config: EncoderConfig, base: EncoderConfig | None) -> tuple[str, ...]:
    """Settings that differ from the preset and have no option.

    Guidelines that the data does not follow are no difference: the same preset leaves them out on the same data.
    """
    followed = {facts.guideline for facts in info.dataset.sources.values()}
    reachable = _OPTIONS.keys() | (_FROM_SINGLE_DATA if len(followed) < 2 else _FROM_DATA)
    return tuple(
        key
        for key in lost(config, base, reachable)
        if not (key.split(".")[0] == "distill" and config.distill is not None)
    )


def write_card_text(run: Run) -> CardText:
    """An encoder's part of the model card."""
    info = facts_of(run)[0]
    made = info.provenance
    return CardText(
        made=_made(run),
        data=_data(run),
        limits=_limits(run),
        provenance=(
            f"Seed {info.seed}, commit `{made.commit}`, weights SHA-256 `{info.weights_sha256}`, "
            f"backbone SHA-256 `{info.backbone_sha256}`, dataset SHA-256 `{info.dataset.sha256}`, "
            f"PyTorch {made.versions['torch']}, Transformers {made.versions['transformers']}."
        ),
        hub={
            "license": _LICENSES.get(info.backbone),
            "library_name": "peft" if info.family == "lora" else "transformers",
            "base_model": _HUB_NAMES.get(info.backbone, info.backbone),
        },
        tags=("onnx",),
    )


def _made(run: Run) -> str:
    info, config = facts_of(run)
    how = {
        "full": "all weights fine-tuned",
        "lora": "low-rank adapters (LoRA) and a classifier trained, the backbone frozen",
        "distilled architecture": f"layers {', '.join(map(str, config.layers or ()))} of the backbone kept, "
        "all weights fine-tuned",
    }[info.family]
    if info.family == "distilled architecture" and config.layers is None:
        how = "all weights of a distilled backbone fine-tuned"
    return (
        f"Backbone: {info.backbone}; {how}. "
        f"{info.parameters_total:,} parameters, {info.parameters_trainable:,} of them trained."
    )


def list_corpora(dataset: DatasetRef, domain: Domain) -> list[Corpus]:
    """The known corpora that are in a dataset; all that the domain knows where the record does not say which."""
    if not dataset.sources:
        return list(domain.corpora)
    names = dict.fromkeys(facts.corpus for facts in dataset.sources.values() if facts.corpus is not None)
    return [corpus for name in names if (corpus := domain.corpus(name)) is not None]


def _data(run: Run) -> str:
    info, config = facts_of(run)
    dataset = info.dataset
    chosen = (
        f"{config.epochs} epochs."
        if info.transfer is not None
        else f"Best of at most {config.epochs} epochs by dev micro-F1: epoch {info.best_epoch:.0f}."
    )
    text = (
        f"Trained on `{dataset.name}` ({dataset.train_documents:,} sentences, "
        f"{dataset.train_documents_oversampled:,} after oversampling). {chosen}"
    )
    if not dataset.sources:
        text += " The record is of an earlier version and does not say which corpora it holds; all known are credited."
    corpora = list_corpora(dataset, get_domain(info.domain))
    for credit in dict.fromkeys(corpus.credit for corpus in corpora if corpus.credit):
        text += f" {credit}"
    weak = [name for name, facts in dataset.sources.items() if facts.weak]
    if weak:
        text += (
            f" It holds weakly labelled text as well ({', '.join(weak)}), which name lists, patterns and a tagger "
            "labelled."
        )
    if info.transfer is not None:
        taught = info.transfer
        raw = f" and {taught.raw:,} sentences of raw text" if taught.raw else ""
        text += (
            f" It learned from what {listed(info.teachers)} said of every word piece of that text{raw} and of "
            f"{taught.settings.copies} altered copies of each, {taught.windows:,} windows in all."
        )
    elif info.teachers:
        text += f" It learned from the annotation and from the token probabilities of {listed(info.teachers)}."
    if config.context:
        text += " Sentences of one text are read together, as many as fit into a window."
    if config.guidelines:
        names = listed(config.guidelines)
        text += (
            f" The annotation guidelines of {names} differ, so a mark at the beginning of each window says whose to "
            f"follow; text of any other source is tagged as {config.guidelines[-1]} is annotated."
        )
    return text


def _limits(run: Run) -> tuple[str, ...]:
    info, config = facts_of(run)
    limits = [INT8_LIMIT]
    if info.backbone == EMBEDDED_BACKBONE and not config.casing:
        limits.append("The backbone is uncased: it cannot tell `Word` from `word` by its letters.")
    corpora = list_corpora(info.dataset, get_domain(info.domain))
    annotated = [facts for facts in info.dataset.sources.values() if not facts.weak]
    if len(annotated) == 1:
        limits += [corpus.limit_alone for corpus in corpora if corpus.limit_alone]
    return (*limits, *(corpus.limit for corpus in corpora if corpus.limit))
