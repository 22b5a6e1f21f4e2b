"""Opening a variant of a run, whatever its kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

from itner.core.errors import FailedError, InputError
from itner.core.types import Tagger
from itner.domains.registry import domain_names, get_domain
from itner.records.files import is_full
from itner.records.int8 import Int8Recipe
from itner.records.store import Run
from itner.taggers.base import Kind, Lack, TokenScores
from itner.taggers.compact.kind import COMPACT
from itner.taggers.encoder.kind import ENCODER
from itner.taggers.generative.kind import GENERATIVE
from itner.taggers.prompted.kind import PROMPTED
from itner.taggers.rules.kind import RULES
from itner.taggers.union.kind import UNION

KINDS: dict[str, Kind] = {kind.name: kind for kind in (ENCODER, COMPACT, RULES, UNION, PROMPTED, GENERATIVE)}
# Every variant of any kind, with its name for people: kinds that share a variant share what it is called.
VARIANT_NAMES: dict[str, str] = {name: title for kind in KINDS.values() for name, title in kind.variants.items()}
VARIANTS: tuple[str, ...] = tuple(VARIANT_NAMES)


def model_label(run: str, variant: str) -> str:
    """A run (or what else has variants) and its variant, for people; unique in a table."""
    return f"{run} · {VARIANT_NAMES[variant]}"


def kind_of(run: Run) -> Kind:
    """The kind of a run."""
    return KINDS[run.info.kind]


def family_of(run: Run) -> str:
    """What was done to make a run, in words: what it stands under in tables and legends."""
    return kind_of(run).family(run)


def variants_of(run: Run) -> tuple[str, ...]:
    """What a run can be opened as."""
    return tuple(kind_of(run).variants)


def deployed_and_exact(run: Run) -> tuple[str, str] | None:
    """The variant of a run to deploy and the one that it is to equal, which show what compression changes.

    None where there is nothing between them.
    """
    kind = kind_of(run)
    deployed = kind.live[0]
    return None if not kind.exact or deployed in kind.exact else (deployed, kind.exact[0])


def recipe_of(run: Run, variant: str) -> Int8Recipe | None:
    """How the weights of a run's variant are quantised, be they its own or those of a run that it opens."""
    kind = kind_of(run)
    parts = kind.parts(run)
    return recipe_of(parts[0], variant) if parts else kind.recipe(variant)


class Measured(Protocol):
    """What was measured of a variant of a run."""

    @property
    def variant(self) -> str: ...

    @property
    def model_sha256(self) -> str: ...

    @property
    def int8(self) -> Int8Recipe | None: ...


def is_current(run: Run, measured: Measured) -> bool:
    """Whether what was measured is the run's model as it is, quantised as it is now if it is quantised."""
    try:
        now = (run.info.model_sha256, recipe_of(run, measured.variant))
    except InputError:
        # What it opens is not here, or is another run by now.
        return False
    return (measured.model_sha256, measured.int8) == now


def check_variants(run: Run, variants: Iterable[str] | None) -> tuple[str, ...]:
    """What was asked for, each once, all variants of the run's kind for None; InputError names one that it has not."""
    known = variants_of(run)
    asked = tuple(dict.fromkeys(variants)) if variants is not None else known
    for variant in asked:
        if variant not in known:
            raise InputError(
                f"run {run.name!r} is of kind {run.info.kind!r} and has no variant {variant!r}; "
                f"it has {', '.join(known)}"
            )
    return asked


def lack_of(run: Run) -> Lack | None:
    """What a run lacks to be opened here; None when nothing."""
    return kind_of(run).lack(run)


def guidelines_of(run: Run) -> tuple[str, ...]:
    """The annotation guidelines by which a run can read a raw text, its own choice last."""
    return kind_of(run).guidelines(run)


def check_guideline(run: Run, guideline: str | None) -> None:
    """InputError when a run does not know a guideline, with those that it knows; None is always right."""
    known = guidelines_of(run)
    if guideline is not None and guideline not in known:
        has = f"it knows those of {', '.join(known)}" if known else "it reads all text in one way"
        raise InputError(f"run {run.name!r} knows no guideline {guideline!r}; {has}")


def open_variant(run: Run, variant: str, threads: int | None = None) -> Tagger:
    """A variant of a run as a tagger; what it is built of must be there. InputError says what is missing or wrong."""
    check_variants(run, [variant])
    _check_labels(run)
    with blaming(run, f"cannot be opened as {variant}"):
        return kind_of(run).open(run, variant, threads)


def _check_labels(run: Run) -> None:
    """InputError when a run has its scheme's labels in another order: each would be taken for another one."""
    if run.info.domain not in domain_names():
        return
    scheme = get_domain(run.info.domain).scheme
    labels = run.info.labels
    if run.info.scheme == scheme.name and labels != scheme.labels and sorted(labels) == sorted(scheme.labels):
        raise InputError(f"the labels of run {run.name} are in another order than its scheme's", path=run.path)


@contextmanager
def blaming(run: Run, what: str) -> Iterator[None]:
    """Whatever fails in the block is said of the run, as an InputError: its folder may hold anything."""
    try:
        yield
    except (InputError, FailedError, KeyboardInterrupt, SystemExit, GeneratorExit, ImportError):
        raise
    except BaseException as error:
        # A panic of a library in Rust, too, which is no Exception; a full disk or memory is no fault of the run.
        if is_full(error) or not (isinstance(error, Exception) or type(error).__name__ == "PanicException"):
            raise
        said = str(error).strip().splitlines()
        words = f": {said[0][:200]}" if said else ""
        raise InputError(f"run {run.name} {what} ({type(error).__name__}{words})", path=run.path) from error


def token_scores(tagger: Tagger, name: str) -> TokenScores:
    """The tagger as one with token probabilities; InputError when its kind has none."""
    if not isinstance(tagger, TokenScores):
        raise InputError(f"{name} has no token probabilities: its kind gives none")
    return tagger
