"""A decoder that writes mentions as a kind of tagger; its variants are its adapters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from itner.core.errors import InputError
from itner.core.tokens import split_tokens
from itner.core.types import Document
from itner.core.words import listed
from itner.records.config import GenerativeConfig
from itner.records.run import GenerativeRun
from itner.records.store import Run
from itner.taggers.base import CardText, Kind, Lack, Probe, Remake
from itner.taggers.generative.base import BUILT, Base, find_base, find_built
from itner.taggers.generative.presets import PRESETS
from itner.taggers.generative.tagger import GenerativeTagger
from itner.taggers.generative.wording import WORDING, Question, word_prompt
from itner.taggers.remaking import changed, lost

if TYPE_CHECKING:
    from itner.taggers.generative.model import Adapter

# Folders in the run's, each with an adapter; see `adapter_folder`.
BEST, LAST = "best", "last"
_ADAPTER = "adapter_model.safetensors"
# Options of `itner train`, by the field of the configuration that they change.
_OPTIONS = {
    "base": "--backbone",
    "epochs": "--epochs",
    "learning_rate": "--lr",
    "seed": "--seed",
    "device": "--device",
}
_VARIANTS = {BEST: "Best adapter", LAST: "Last adapter"}


def _facts_of(run: Run) -> tuple[GenerativeRun, GenerativeConfig]:
    if not isinstance(run.info, GenerativeRun) or not isinstance(run.config, GenerativeConfig):
        raise InputError(f"run {run.name!r} is of kind {run.info.kind!r}, not generative", path=run.path)
    return run.info, run.config


def _base(run: Run) -> Base:
    info, config = _facts_of(run)
    base = find_base(config.base, run.path.parent)
    if base.sha256 != info.base_sha256:
        raise InputError(
            f"the adapters were trained on {base.name} with SHA-256 {info.base_sha256}, here it has {base.sha256}",
            path=run.path,
        )
    return base


def _lack(run: Run) -> Lack | None:
    _, config = _facts_of(run)
    if not all((adapter_folder(run, name) / _ADAPTER).is_file() for name in _VARIANTS):
        return Lack("its adapters", "Train it", _remake(run, f"{run.name}_again").words)
    if config.base.startswith(BUILT):
        try:
            find_built(config.base, run.path.parent)
        except InputError:
            return Lack(f"the decoder {config.base}", "Build it", ("build-decoder", config.base.removeprefix(BUILT)))
    return None


def _open(run: Run, variant: str, threads: int | None) -> GenerativeTagger:
    from itner.taggers.generative.shared import AdapterWriter

    info, config = _facts_of(run)
    if info.wording != WORDING:
        raise InputError(f"it was taught another wording ({info.wording}) than today's; train it anew", path=run.path)
    writer = AdapterWriter(_base(run), _adapter(run, variant), info.types, config.longest, threads)
    return GenerativeTagger(writer, info.types)


def _adapter(run: Run, variant: str) -> Adapter:
    from itner.taggers.generative.model import Adapter

    info, config = _facts_of(run)
    sha256 = {BEST: info.best_sha256, LAST: info.last_sha256}[variant]
    return Adapter(adapter_folder(run, variant), sha256, config.adapter, info.parameters_total)


def adapter_folder(run: Run, variant: str) -> Path:
    """Where a variant's adapter is: where the last epoch was the best, both are one, which is kept once."""
    info, _ = _facts_of(run)
    return run.path / (BEST if info.best_sha256 == info.last_sha256 else variant)


def _probe(run: Run, variant: str, threads: int | None) -> Probe:
    from itner.taggers.generative.shared import AdapterWriter

    info, config = _facts_of(run)
    writer = AdapterWriter(_base(run), _adapter(run, variant), info.types, config.longest, threads)

    def read(length: int, documents: Sequence[Document]) -> list[Question]:
        words = [word for document in documents for word in document.token_texts()]
        # As many words as make a prompt of that many pieces, as near as words allow.
        number = 1
        while number < len(words) and writer.count(word_prompt(" ".join(words[:number]), info.types)) < length:
            number += 1
        text = " ".join(words[:number])
        return [Question.of(text, split_tokens(text), info.types)]

    def forward(length: int, documents: Sequence[Document]) -> Callable[[], object]:
        asked = read(length, documents)
        return lambda: writer.write(asked)

    def batch(number: int, length: int, documents: Sequence[Document]) -> Callable[[], object]:
        asked = read(length, documents) * number
        return lambda: writer.write(asked)

    return Probe(GenerativeTagger(writer, info.types), "pieces", forward, batch)


def _warm(variant: str) -> None:
    import itner.taggers.generative.shared  # noqa: F401


def _deployed_bytes(run: Run, variant: str) -> int:
    folder: Path = _base(run).folder
    files = [folder / "model.safetensors", folder / "tokenizer.json", adapter_folder(run, variant) / _ADAPTER]
    return sum(path.stat().st_size for path in files if path.is_file())


def _remake(run: Run, name: str) -> Remake:
    info, config = _facts_of(run)
    usual = PRESETS.get(config.preset)
    words = ["train", info.preset, "--data", info.dataset.name, "--run", name, *changed(config, usual, _OPTIONS)]
    return Remake(tuple(words), lost(config, usual, _OPTIONS.keys()))


def _list_facts(run: Run) -> dict[str, str]:
    info, config = _facts_of(run)
    return {
        "preset": info.preset,
        "decoder": info.base,
        "decoder SHA-256": info.base_sha256,
        "adapters": f"{_sort(config)}, rank {config.adapter.r}",
        "wording": info.wording,
        "dataset": f"{info.dataset.name} (source: {info.dataset.source})",
        "dataset SHA-256": info.dataset.sha256,
        "training sentences": f"{info.dataset.train_documents:,}",
        "parameters": f"{info.parameters_total:,}, trained {info.parameters_trainable:,}",
        "seed": str(info.seed),
        "best epoch": f"{info.best_epoch:g} (loss on dev {info.best_dev_loss:.4f})",
        "training time": f"{info.train_seconds / 60:.0f} min, in {info.arithmetic.upper()}"
        + (f", by {info.processes} processes" if info.processes > 1 else ""),
        "SHA-256 of the best adapter": info.best_sha256,
        "SHA-256 of the last adapter": info.last_sha256,
    }


def _sort(config: GenerativeConfig) -> str:
    return "DoRA" if config.adapter.dora else "LoRA"


def _card(run: Run) -> CardText:
    info, config = _facts_of(run)
    return CardText(
        made=(
            f"The decoder `{info.base}` with {_sort(config)} adapters (rank {config.adapter.r}) on "
            f"{listed(config.adapter.targets)}, fine-tuned to write a text's mentions as JSON; what "
            "it writes is looked for in the text."
        ),
        data=f"The train split of `{info.dataset.name}`: {info.dataset.train_documents:,} sentences.",
        limits=(
            "It writes word for word, so that it is slower by far than a tagger that reads a sentence at once.",
            "A mention that it writes and the text does not hold is left out and counted; mentions have no confidence.",
        ),
        provenance=(
            f"Commit `{info.provenance.commit}`, seed {info.seed}, SHA-256 of the decoder `{info.base_sha256}`, of the "
            f"best adapter `{info.best_sha256}`, of the last one `{info.last_sha256}`."
        ),
        hub={"library_name": "peft"} | ({} if info.base.startswith(BUILT) else {"base_model": info.base}),
    )


GENERATIVE = Kind(
    name="generative",
    variants=_VARIANTS,
    reference=None,
    exact=(BEST,),
    live=(BEST, LAST),
    lack=_lack,
    open=_open,
    probe=_probe,
    warm=_warm,
    deployed_bytes=_deployed_bytes,
    recipe=lambda variant: None,
    facts=_list_facts,
    remake=_remake,
    card=_card,
    slow=True,
)
