"""Fine-tuning a decoder's adapters to write mentions."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from safetensors.torch import load_file, save_file
from transformers import PreTrainedTokenizerFast, TrainingArguments, set_seed
from transformers.trainer_callback import PrinterCallback

from itner.core.errors import InputError
from itner.core.labels import LabelScheme
from itner.core.progress import Progress
from itner.core.provenance import collect_provenance, describe_machine
from itner.core.types import Document
from itner.records.config import Arithmetic, GenerativeConfig
from itner.records.files import sha256_file, write_atomic
from itner.records.run import DatasetRef, GenerativeRun
from itner.records.store import CHECKPOINTS, LOG, training, write_config, write_run
from itner.taggers.generative.base import Base
from itner.taggers.generative.kind import BEST, LAST
from itner.taggers.generative.model import add_adapter, count_parameters, load_base, load_tokenizer
from itner.taggers.generative.wording import WORDING, pairs_of, word_answer, word_prompt
from itner.training.checkpoints import SafeTrainer
from itner.training.clock import Clock
from itner.training.device import choose_arithmetic, choose_device, on_device
from itner.training.folder import last_checkpoint
from itner.training.generative.packing import Collator, Example, pack
from itner.training.processes import count, is_first, meet
from itner.training.report import Report

_FILES = ("adapter_model.safetensors", "adapter_config.json")


def make_examples(
    documents: Sequence[Document], tokenizer: PreTrainedTokenizerFast, types: Sequence[str]
) -> list[Example]:
    """What is read and written for each document."""
    prompts = tokenizer([word_prompt(document.text, types) for document in documents])["input_ids"]
    answers = tokenizer([word_answer(pairs_of(document)) for document in documents])["input_ids"]
    end = int(tokenizer.eos_token_id)
    return [Example((*prompt, *answer, end), len(prompt)) for prompt, answer in zip(prompts, answers, strict=True)]


def train_adapters(
    config: GenerativeConfig,
    base: Base,
    folder: Path,
    scheme: LabelScheme,
    domain: str,
    dataset: DatasetRef,
    train: Sequence[Document],
    dev: Sequence[Document],
    resume: bool,
    progress: Progress,
) -> GenerativeRun:
    """Train into `folder`, which is marked incomplete until everything is written; `resume` goes on where it stopped.

    Kept are the adapters of the epoch with the lowest loss on `dev`, and of the last one. Several processes may train
    together, as `accelerate launch` starts them: each reads its share of a step, and the first one writes.
    """
    note = {"preset": config.preset, "dataset": dataset.name, "dataset_sha256": dataset.sha256, "base": base.sha256}
    checkpoints = folder / CHECKPOINTS
    last = last_checkpoint(folder, config, note) if resume else None
    provenance = collect_provenance()
    device = choose_device(config.device)
    arithmetic = _arithmetic(device)
    set_seed(config.seed)
    tokenizer = load_tokenizer(base)
    model = add_adapter(load_base(base), config.adapter)
    packed = pack(make_examples(train, tokenizer, scheme.types), config.window)
    held = pack(make_examples(dev, tokenizer, scheme.types), config.window)
    if packed.too_long or held.too_long:
        raise InputError(
            f"{packed.too_long} sentences of train and {held.too_long} of dev are longer, with their answers, than a "
            f"window of {config.window} pieces; take a preset with larger ones"
        )
    meet(device)
    with training(folder, note) if is_first() else nullcontext():
        if is_first():
            write_config(folder, config)
        trainer = SafeTrainer(
            model=model,
            args=_arguments(config, checkpoints, device, arithmetic),
            train_dataset=[{"examples": window} for window in packed.windows],
            eval_dataset=[{"examples": window} for window in held.windows],
            data_collator=Collator(config.window, int(tokenizer.eos_token_id)),
            callbacks=[Report(progress, f"training {folder.name}")] if is_first() else [],
        )
        trainer.clock = clock = Clock(last)
        trainer.remove_callback(PrinterCallback)
        trainer.train(resume_from_checkpoint=str(last) if last is not None else None)
        history = trainer.state.log_history
        scored = [entry for entry in history if "eval_loss" in entry]
        best = min(scored, key=lambda entry: float(entry["eval_loss"]))
        # Where the last epoch is the best, both are one.
        kept = {BEST: best} if best is scored[-1] else {BEST: best, LAST: scored[-1]}
        total, trained = count_parameters(model)
        if is_first():
            write_atomic(folder / LOG, json.dumps(history, indent=1) + "\n")
            for name, entry in kept.items():
                _keep(checkpoints / f"checkpoint-{entry['step']}", folder / name, base)
        meet(device)
        hashes = {name: sha256_file(folder / name / _FILES[0]) for name in kept}
        info = GenerativeRun(
            name=folder.name,
            domain=domain,
            scheme=scheme.name,
            labels=scheme.labels,
            provenance=provenance,
            preset=config.preset,
            base=base.name,
            base_sha256=base.sha256,
            wording=WORDING,
            dataset=dataset,
            parameters_total=total,
            parameters_trainable=trained,
            seed=config.seed,
            best_epoch=float(best["epoch"]),
            best_dev_loss=float(best["eval_loss"]),
            train_seconds=round(clock.seconds(), 1),
            arithmetic=arithmetic,
            best_sha256=hashes[BEST],
            last_sha256=hashes.get(LAST, hashes[BEST]),
            processes=count(),
        )
        if is_first():
            write_run(folder, info)
    meet(device)
    return info


def _keep(checkpoint: Path, folder: Path, base: Base) -> None:
    """The adapter of a checkpoint, in half precision as the decoder that it changes."""
    folder.mkdir(exist_ok=True)
    weights = {name: tensor.half().contiguous() for name, tensor in load_file(checkpoint / _FILES[0]).items()}
    save_file(weights, folder / _FILES[0], {"format": "pt"})
    (folder / _FILES[0]).chmod(0o644)
    shutil.copyfile(checkpoint / _FILES[1], folder / _FILES[1])
    settings = json.loads((folder / _FILES[1]).read_text(encoding="utf-8"))
    # The folder on this machine says nothing elsewhere.
    write_atomic(folder / _FILES[1], json.dumps(settings | {"base_model_name_or_path": base.name}, indent=2) + "\n")


def _arithmetic(device: str) -> Arithmetic:
    import torch

    if device == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported() else "fp16"
    return choose_arithmetic(device, describe_machine().isa)


def _arguments(config: GenerativeConfig, output: Path, device: str, arithmetic: Arithmetic) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(output),
        num_train_epochs=config.epochs,
        per_device_train_batch_size=config.batch_size,
        per_device_eval_batch_size=config.batch_size,
        gradient_accumulation_steps=config.accumulate,
        learning_rate=config.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=config.warmup_ratio,
        weight_decay=config.weight_decay,
        activation_checkpointing=config.gradient_checkpointing,
        **on_device(device, arithmetic),
        eval_strategy="epoch",
        save_strategy="epoch",
        load_best_model_at_end=True,
        metric_for_best_model="eval_loss",
        greater_is_better=False,
        logging_steps=20,
        seed=config.seed,
        disable_tqdm=True,
        report_to="none",
        remove_unused_columns=False,
        log_level="error",
    )
