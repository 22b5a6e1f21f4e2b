"""Greedy decoding of many answers at once, with a mask over the vocabulary: whole JSON, surfaces out of the text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import llguidance.hf
import llguidance.numpy
import numpy as np
import torch
from llguidance import LLMatcher
from transformers import LogitsProcessor, LogitsProcessorList, PreTrainedTokenizerFast

from itner.taggers.generative.wording import Question, answer_grammar

# Word pieces of a batch, padding included: what is read, and what may be written.
_BATCH_PIECES = {"cpu": 16_384, "cuda": 65_536}


@dataclass(frozen=True)
class Written:
    """An answer, `cut` where it broke off at its limit, and how many word pieces were read and written."""

    content: str
    cut: bool
    pieces_in: int
    pieces_out: int


class Decoder:
    """A causal language model that writes answers of a grammar. For one thread at a time.

    Args:
        model: on its device, in eval mode.
        longest: word pieces of an answer at most.
    """

    def __init__(self, model: Any, tokenizer: PreTrainedTokenizerFast, types: Sequence[str], longest: int):
        self._model = model
        self._tokenizer = tokenizer
        self._longest = longest
        self._end = int(tokenizer.eos_token_id)
        self._types = tuple(types)
        self._guide = llguidance.hf.from_tokenizer(tokenizer, n_vocab=model.config.vocab_size, eos_token=self._end)
        self.positions = int(model.config.max_position_embeddings)
        self.longest = longest

    def count(self, prompt: str) -> int:
        """The word pieces of a prompt."""
        return len(self._tokenizer(prompt)["input_ids"])

    def write(self, questions: Sequence[Question], on_share: Callable[[float], None] | None = None) -> list[Written]:
        """An answer to each question, whatever order is quickest: prompts of like length together."""
        ids = [list(self._tokenizer(question.prompt)["input_ids"]) for question in questions]
        order = sorted(range(len(ids)), key=lambda index: -len(ids[index]))
        written: dict[int, Written] = {}
        pieces = _BATCH_PIECES[self._model.device.type]
        at = 0
        while at < len(order):
            # The longest one comes first, so that what fits is known at once.
            size = max(1, pieces // (len(ids[order[at]]) + self._longest))
            batch = order[at : at + size]
            answers = self._write_batch([ids[index] for index in batch], [questions[index].words for index in batch])
            written |= dict(zip(batch, answers, strict=True))
            at += size
            if on_share is not None:
                on_share(min(1.0, at / len(order)))
        return [written[index] for index in range(len(ids))]

    @torch.inference_mode()
    def _write_batch(self, batch: Sequence[Sequence[int]], words: Sequence[Sequence[str]]) -> list[Written]:
        width = max(map(len, batch))
        # On the left, so that every answer begins at the same place.
        ids = torch.tensor([[self._end] * (width - len(row)) + list(row) for row in batch])
        mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in batch])
        matchers = [self._matcher(each) for each in words]
        guided = _Guided(matchers, width, self._model.config.vocab_size, self._end)
        made = self._model.generate(
            input_ids=ids.to(self._model.device),
            attention_mask=mask.to(self._model.device),
            logits_processor=LogitsProcessorList([guided]),
            do_sample=False,
            num_beams=1,
            max_new_tokens=self._longest,
            eos_token_id=self._end,
            pad_token_id=self._end,
            use_cache=True,
        )[:, width:].tolist()
        answers = []
        for row, read in zip(made, batch, strict=True):
            ended = self._end in row
            said = row[: row.index(self._end)] if ended else row
            content = self._tokenizer.decode(said, skip_special_tokens=True, clean_up_tokenization_spaces=False)
            answers.append(Written(str(content), not ended, len(read), len(said)))
        return answers

    def _matcher(self, words: Sequence[str]) -> LLMatcher:
        matcher = LLMatcher(self._guide, llguidance.grammar_from("lark", answer_grammar(self._types, words)))
        if problem := matcher.get_error():
            raise RuntimeError(f"the grammar of answers: {problem}")
        return matcher


class _Guided(LogitsProcessor):
    """Leaves each answer of a batch only what its grammar goes on with."""

    def __init__(self, matchers: list[LLMatcher], width: int, vocabulary: int, end: int):
        self._matchers = matchers
        self._width = width
        self._vocabulary = vocabulary
        self._end = end
        self._mask = llguidance.numpy.allocate_token_bitmask(len(matchers), vocabulary)

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:
        """The scores with minus infinity wherever an answer may not go."""
        if input_ids.shape[1] > self._width:
            for matcher, piece in zip(self._matchers, input_ids[:, -1].tolist(), strict=True):
                if not matcher.is_stopped() and not matcher.consume_token(piece):
                    raise RuntimeError(f"the grammar refuses what it left: {matcher.get_error()}")
        ended = [matcher.is_stopped() for matcher in self._matchers]
        for row, matcher in enumerate(self._matchers):
            if not ended[row]:
                llguidance.numpy.fill_next_token_bitmask(matcher, self._mask, row)
        # Not by the library's own kernel, which has PyTorch compile it.
        left = np.unpackbits(self._mask.view(np.uint8), axis=1, bitorder="little")[:, : self._vocabulary].astype(bool)
        left[ended] = False
        left[ended, self._end] = True
        scores.masked_fill_(torch.from_numpy(~left).to(scores.device), float("-inf"))
        return scores
