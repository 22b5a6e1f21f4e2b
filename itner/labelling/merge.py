"""Labelled texts from several folders made into one corpus: without copies, without leakage, balanced, split.

What is kept is decided on a few hundred bytes a text, which lie in a file while it lasts; the texts themselves are read
twice and never all held. The rules, in this order:

- A text that a held-out split holds, or that is part of one (`itner.labelling.held_out`), is left out: `held out`.
- Texts alike but for case, signs (not + and # behind a word) and white space are one text. Where they are labelled
  differently, `CONFLICTS` says
  what counts: what the folder named first says, what most say (`vote`; a tie leaves all out), or none (`drop`).
- A text that shares so much of its runs of three words with an earlier one that it is likely to be one (MinHash) is
  left out: `near`.
- A stratum is a language with the rarest type that a text mentions. One that holds more than `balance` times as many
  texts as the middle one keeps so many, drawn by a hash: `balance`.
- Of each stratum the same share goes to validation.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from rensa import RMinHash

from itner.labelling.held_out import HeldOut
from itner.labelling.shards import LABELLED, Text, count_shards, read_shards
from itner.labelling.words import split_words

Conflict = Literal["first", "vote", "drop"]
CONFLICTS: tuple[Conflict, ...] = get_args(Conflict)
HELD_OUT, REPEATED, CONFLICT, NEAR, BALANCE = "held out", "repeated", "conflict", "near", "balance"
TRAIN, VALIDATION = 0, 1
# A signature's numbers, and how many of them two texts must share in a row to be looked at.
_NUMBERS, _ROWS = 64, 4
_GROUP = 2_000
_RUN = 3
# A product's name is another one without them: C, C++, C#.
_SIGNS = "+#"
_DIGITS = re.compile(r"\d")
_NOWHERE = -1


@dataclass(frozen=True)
class Rules:
    """How texts are merged.

    Attributes:
        conflicts: between labels of one text.
        alike: from which share of runs of three words in common a text is near to another one; above 1, none is.
        balance: times the middle stratum; None for no limit.
        validation: the share that goes there.
        seed: of what is drawn.
    """

    conflicts: Conflict = "first"
    alike: float = 0.8
    balance: float | None = None
    validation: float = 0.1
    seed: int = 13


@dataclass(frozen=True)
class Plan:
    """Where each text goes, by its number over all folders: `TRAIN`, `VALIDATION`, or nowhere.

    Attributes:
        split: int8 [texts].
        left_out: how many, by reason.
        conflicts: texts, copies counted once, that were labelled differently.
    """

    split: np.ndarray
    left_out: dict[str, int]
    conflicts: int


def read_all(folders: Sequence[Path]) -> Iterator[tuple[int, Text]]:
    """The texts of all folders in order, each with the number of its folder."""
    for number, folder in enumerate(folders):
        for text in read_shards(folder, LABELLED):
            yield number, text


def plan_merge(
    folders: Sequence[Path],
    held: HeldOut,
    rules: Rules,
    scratch: Path,
    on_texts: Callable[[int], None] = lambda _: None,
) -> Plan:
    """Read all texts once and decide on each.

    Args:
        scratch: an existing folder for what is known of the texts while this runs, some 300 bytes a text.
        on_texts: called with how many were read.
    """
    total = sum(count_shards(folder, LABELLED) for folder in folders)
    facts = _Facts(total, scratch)
    types: Counter[str] = Counter()
    languages: dict[str | None, int] = {}
    kinds: dict[tuple[str, ...], int] = {}
    waiting: list[Text] = []

    def take() -> None:
        facts.add(waiting, held, languages, kinds)
        types.update(mention.type for text in waiting for mention in text.mentions)
        waiting.clear()
        on_texts(facts.count)

    for _, text in read_all(folders):
        waiting.append(text)
        if len(waiting) == _GROUP:
            take()
    take()
    return _decide(facts, rules, types, kinds)


class _Facts:
    """What is known of each text, as arrays in files, so that memory does not grow with their number."""

    def __init__(self, total: int, scratch: Path):
        def array(name: str, dtype: type, *shape: int) -> np.ndarray:
            if not total:
                return np.zeros((0, *shape), dtype)
            return np.memmap(scratch / name, dtype, "w+", shape=(total, *shape))

        self.count = 0
        self.words = array("words", np.uint64, 2)
        self.labels = array("labels", np.uint64)
        self.signature = array("signature", np.uint32, _NUMBERS)
        self.language = array("language", np.int32)
        self.kinds = array("kinds", np.int32)
        self.held = array("held", np.bool_)

    def add(
        self,
        texts: Sequence[Text],
        held: HeldOut,
        languages: dict[str | None, int],
        kinds: dict[tuple[str, ...], int],
    ) -> None:
        if not texts:
            return
        rows = slice(self.count, self.count + len(texts))
        words = [split_words(text.text, _SIGNS) for text in texts]
        self.words[rows] = [_two(" ".join(each)) for each in words]
        self.labels[rows] = [
            _two(repr([(text.text[m.start : m.end], m.type) for m in text.mentions]))[0] for text in texts
        ]
        runs = [_runs(each) for each in words]
        self.signature[rows] = RMinHash.digest_matrix_from_token_sets(runs, _NUMBERS, 1).to_rows()
        self.language[rows] = [languages.setdefault(text.language, len(languages)) for text in texts]
        self.kinds[rows] = [
            kinds.setdefault(tuple(sorted({m.type for m in text.mentions})), len(kinds)) for text in texts
        ]
        self.held[rows] = [held.holds(text.text) for text in texts]
        self.count += len(texts)


def _two(text: str) -> tuple[int, int]:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")


def _runs(words: Sequence[str]) -> list[str]:
    """Runs of three words, numbers all alike: two tickets that differ in a number are near."""
    plain = [_DIGITS.sub("0", word) for word in words]
    return list({" ".join(plain[at : at + _RUN]) for at in range(max(1, len(plain) - _RUN + 1))})


def _decide(facts: _Facts, rules: Rules, types: Counter[str], kinds: dict[tuple[str, ...], int]) -> Plan:
    n = facts.count
    left_out: dict[str, int] = {}
    kept = np.ones(n, bool)

    def leave(reason: str, which: np.ndarray) -> None:
        gone = which & kept
        left_out[reason] = int(gone.sum())
        kept[gone] = False

    leave(HELD_OUT, np.asarray(facts.held[:n]))
    repeated, undecided, conflicts = _find_copies(facts, kept, rules.conflicts)
    leave(CONFLICT, undecided)
    leave(REPEATED, repeated)
    leave(NEAR, _find_near(facts.signature[:n], kept, rules.alike) if rules.alike <= 1 else np.zeros(n, bool))
    strata = _strata(facts, types, kinds)
    order = _draw(facts.words[:n], rules.seed)
    if rules.balance is not None:
        leave(BALANCE, _find_surplus(strata, kept, order, rules.balance))
    split = np.where(kept, TRAIN, _NOWHERE).astype(np.int8)
    split[_find_share(strata, kept, order, rules.validation)] = VALIDATION
    return Plan(split, left_out, conflicts)


def _find_copies(facts: _Facts, kept: np.ndarray, rule: Conflict) -> tuple[np.ndarray, np.ndarray, int]:
    """Copies of a text that is kept, texts of which no label counts, and how many texts have several labels."""
    n = len(kept)
    repeated, undecided = np.zeros(n, bool), np.zeros(n, bool)
    places = np.flatnonzero(kept)
    order = places[np.lexsort((places, facts.words[places, 1], facts.words[places, 0]))]
    conflicts = 0
    for begin, end in _several(facts.words[order]):
        copies = order[begin:end]
        labels = facts.labels[copies]
        chosen: int | None = int(copies[0])
        if (labels != labels[0]).any():
            conflicts += 1
            chosen = _settle(copies, labels, rule)
        if chosen is None:
            undecided[copies] = True
        else:
            repeated[copies] = True
            repeated[chosen] = False
    return repeated, undecided, conflicts


def _several(ordered: np.ndarray) -> list[tuple[int, int]]:
    """Where two or more rows in a row are equal, of rows in order: begins and ends."""
    if len(ordered) < 2:
        return []
    begins = np.flatnonzero(np.r_[True, (ordered[1:] != ordered[:-1]).any(axis=1)])
    ends = np.r_[begins[1:], len(ordered)]
    several = ends - begins > 1
    return list(zip(begins[several].tolist(), ends[several].tolist(), strict=True))


def _settle(copies: np.ndarray, labels: np.ndarray, rule: Conflict) -> int | None:
    if rule == "first":
        return int(copies[0])
    if rule == "drop":
        return None
    _, firsts, counts = np.unique(labels, return_index=True, return_counts=True)
    most = counts == counts.max()
    return int(copies[firsts[most][0]]) if most.sum() == 1 else None


def _find_near(signature: np.ndarray, kept: np.ndarray, alike: float) -> np.ndarray:
    """Texts that are near to an earlier one, which may be near to one before it."""
    near = np.zeros(len(kept), bool)
    places = np.flatnonzero(kept)
    for first in range(0, _NUMBERS, _ROWS):
        # Four numbers of 32 bits are two of 64.
        keys = np.ascontiguousarray(signature[places, first : first + _ROWS]).view(np.uint64)
        order = np.lexsort((places, keys[:, 1], keys[:, 0]))
        for begin, end in _several(keys[order]):
            members = places[order[begin:end]]
            # Compared with the first of them: who is near to that one is near to a text that stays, or to one before.
            shared = (signature[members[1:]] == signature[members[0]]).mean(axis=1)
            near[members[1:][shared >= alike]] = True
    return near


def _strata(facts: _Facts, types: Counter[str], kinds: dict[tuple[str, ...], int]) -> np.ndarray:
    """int64 [texts], the number of each text's stratum: its language, and the rarest type that it mentions."""
    rarest = {name: place for place, name in enumerate(sorted(types, key=lambda name: (types[name], name)), start=1)}
    of_kinds = np.zeros(max(1, len(kinds)), np.int64)
    for names, number in kinds.items():
        of_kinds[number] = min((rarest[name] for name in names), default=0)
    n = facts.count
    strata: np.ndarray = facts.language[:n].astype(np.int64) * (len(rarest) + 1) + of_kinds[facts.kinds[:n]]
    return strata


def _draw(words: np.ndarray, seed: int) -> np.ndarray:
    """uint64 [texts], by which texts are drawn: the same text has the same number wherever it stands."""
    salt = np.uint64(int.from_bytes(hashlib.blake2b(str(seed).encode(), digest_size=8).digest(), "little"))
    mixed: np.ndarray
    with np.errstate(over="ignore"):
        mixed = (np.asarray(words[:, 0]) ^ salt) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(31)
    return mixed


def _groups(strata: np.ndarray, kept: np.ndarray, order: np.ndarray) -> list[np.ndarray]:
    """The places of each stratum's texts, in the order in which they are drawn."""
    places = np.flatnonzero(kept)
    places = places[np.lexsort((places, order[places], strata[places]))]
    if not len(places):
        return []
    cuts = np.flatnonzero(np.diff(strata[places])) + 1
    return np.split(places, cuts)


def _find_surplus(strata: np.ndarray, kept: np.ndarray, order: np.ndarray, times: float) -> np.ndarray:
    surplus = np.zeros(len(kept), bool)
    groups = _groups(strata, kept, order)
    if groups:
        # No group has more than all of them, so that no number is too large.
        most = max(1, round(min(times * float(np.median([len(group) for group in groups])), len(kept))))
        for group in groups:
            surplus[group[most:]] = True
    return surplus


def _find_share(strata: np.ndarray, kept: np.ndarray, order: np.ndarray, share: float) -> np.ndarray:
    """The places of so much of each stratum, rounded such that the sum is right to one."""
    found: list[np.ndarray] = []
    owed = 0.0
    for group in _groups(strata, kept, order):
        owed += share * len(group)
        taken = min(len(group), int(owed + 1e-9))
        owed -= taken
        found.append(group[:taken])
    return np.concatenate(found) if found else np.zeros(0, int)
