"""Building a small decoder: a tokenizer and a network of the architecture of Qwen3, from nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
    TrainingArguments,
    set_seed,
)
from transformers.trainer_callback import PrinterCallback

from itner.core.errors import InputError
from itner.core.progress import Progress
from itner.core.provenance import collect_provenance, describe_machine
from itner.records.base import BaseConfig, BaseRecord
from itner.records.codec import to_json
from itner.records.files import sha256_file, write_atomic
from itner.records.store import BASE_RECORD, CHECKPOINTS, read_training_note, training
from itner.training.checkpoints import SafeTrainer, newest_whole
from itner.training.clock import Clock
from itner.training.device import choose_arithmetic, choose_device, on_device
from itner.training.generative.exercises import make_exercises
from itner.training.generative.texts import Texts
from itner.training.report import Report

END = "<|endoftext|>"
# Of the windows, put aside to measure the loss on.
_HELD_SHARE = 0.02


def train_tokenizer(texts: Sequence[str], vocabulary: int) -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer, which has a piece for every byte and so for every text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END, pad_token=END)


def new_network(config: BaseConfig, vocabulary: int, end: int) -> Any:
    """The network before it has learned anything."""
    return Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=vocabulary,
            hidden_size=config.hidden,
            intermediate_size=config.feed_forward,
            num_hidden_layers=config.layers,
            num_attention_heads=config.heads,
            num_key_value_heads=config.key_heads,
            head_dim=config.hidden // config.heads,
            max_position_embeddings=config.positions,
            tie_word_embeddings=True,
            bos_token_id=end,
            eos_token_id=end,
            pad_token_id=end,
        )
    )


def build(config: BaseConfig, texts: Texts, folder: Path, resume: bool, progress: Progress) -> BaseRecord:
    """Build into `folder`, which is marked incomplete until all is written; `resume` goes on where it stopped."""
    checkpoints = folder / CHECKPOINTS
    last = newest_whole(checkpoints) if resume else None
    note = {
        "config": json.loads(to_json(config)),
        "texts_sha256": hashlib.sha256("\0".join(texts.texts).encode()).hexdigest(),
    }
    if last is not None and read_training_note(folder) != note:
        raise InputError(
            "this decoder was begun with other settings or other text, such as that of other packages; remove the "
            "folder and begin anew",
            path=folder,
        )
    provenance = collect_provenance()
    device = choose_device("auto")
    arithmetic = choose_arithmetic(device, describe_machine().isa)
    set_seed(config.seed)
    with training(folder, note):
        tokenizer = train_tokenizer(texts.texts, config.vocabulary)
        exercises = list(make_exercises(texts.texts, config.exercises, config.seed))
        windows = _cut([*texts.texts, *exercises], tokenizer, config)
        held = max(1, int(len(windows) * _HELD_SHARE))
        network = new_network(config, len(tokenizer), int(tokenizer.eos_token_id))
        trainer = SafeTrainer(
            model=network,
            args=TrainingArguments(
                output_dir=str(checkpoints),
                num_train_epochs=config.passes,
                per_device_train_batch_size=config.batch_size,
                per_device_eval_batch_size=config.batch_size,
                learning_rate=config.learning_rate,
                lr_scheduler_type="cosine",
                warmup_steps=config.warmup_steps,
                weight_decay=0.1,
                **on_device(device, arithmetic),
                save_steps=200,
                logging_steps=50,
                seed=config.seed,
                disable_tqdm=True,
                report_to="none",
                log_level="error",
            ),
            train_dataset=[{"input_ids": window, "labels": window} for window in windows[held:]],
            eval_dataset=[{"input_ids": window, "labels": window} for window in windows[:held]],
            data_collator=_stack,
            callbacks=[Report(progress, f"building {folder.name}")],
        )
        trainer.clock = clock = Clock(last)
        trainer.remove_callback(PrinterCallback)
        trainer.train(resume_from_checkpoint=str(last) if last is not None else None)
        loss = float(trainer.evaluate()["eval_loss"])
        network.half().save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        weights = folder / "model.safetensors"
        weights.chmod(0o644)
        record = BaseRecord(
            name=folder.name,
            config=config,
            characters=texts.characters,
            packages=texts.packages,
            held_out=texts.held_out,
            pieces=(len(windows) - held) * config.window * config.passes,
            parameters=sum(parameter.numel() for parameter in network.parameters()),
            loss=round(loss, 4),
            train_seconds=round(clock.seconds(), 1),
            arithmetic=arithmetic,
            weights_sha256=sha256_file(weights),
            provenance=provenance,
        )
        write_atomic(folder / BASE_RECORD, to_json(record))
    return record


def _cut(texts: Sequence[str], tokenizer: PreTrainedTokenizerFast, config: BaseConfig) -> list[np.ndarray]:
    """The texts one behind the other, in windows of one width, in an order drawn by the seed."""
    end = int(tokenizer.eos_token_id)
    pieces = [piece for ids in tokenizer(list(texts))["input_ids"] for piece in (*ids, end)]
    flat = np.array(pieces[: len(pieces) // config.window * config.window], dtype=np.int32)
    windows = flat.reshape(-1, config.window)
    return [windows[index] for index in np.random.default_rng(config.seed).permutation(len(windows))]


def _stack(windows: Sequence[dict[str, np.ndarray]]) -> dict[str, torch.Tensor]:
    ids = torch.from_numpy(np.stack([window["input_ids"] for window in windows])).long()
    return {"input_ids": ids, "labels": ids.clone()}
