from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from synthetic import write_run
from tiny import Tiny

from itner.compress.onnx import export_run
from itner.core.errors import InputError
from itner.core.tokens import split_tokens
from itner.domains.it.scheme import SCHEME
from itner.records.store import TOKENIZER, Run, RunStore
from itner.taggers.encoder.load import load_encoder, load_scorer, load_tagger, run_scheme
from itner.taggers.encoder.windows import Encoder


def test_tagging_with_onnx_needs_no_training_library(full_run: Run) -> None:
    # The dashboard's memory and start-up time depend on it; a look at the imports alone would miss a late one.
    export_run(full_run)
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from itner.taggers.encoder.load import load_tagger\n"
        "from itner.records.store import RunStore\n"
        f"run = RunStore(Path({str(full_run.path.parent)!r})).load('full')\n"
        "found = [load_tagger(run, p).tag(['the windows the outlook']) for p in ('fp32', 'fp16', 'int8')]\n"
        "assert [len(texts) for texts in found] == [1, 1, 1], found\n"
        "heavy = ('torch', 'transformers', 'peft', 'datasets', 'onnx', 'streamlit', 'pandas')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_a_run_without_its_tokenizer_or_files_says_what_is_missing(tmp_path: Path) -> None:
    folder = write_run(tmp_path, "bare")
    run = RunStore(tmp_path).load("bare")
    with pytest.raises(InputError, match=r"tokenizer\.json: no such file"):
        load_tagger(run, "int8")
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="not a tokenizer"):
        load_tagger(run, "int8")
    with pytest.raises(InputError, match=r"no such ONNX file; build it with `itner export`"):
        load_scorer(run, "int8")


@pytest.mark.parametrize(
    "labels",
    [("O",), ("B-OS", "I-OS", "O"), ("O", "I-OS", "B-OS"), ("O", "B-OS"), ("O", "B-OS", "I-OS", "B-OS", "I-OS")],
)
def test_labels_in_any_other_order_are_refused(tmp_path: Path, labels: tuple[str, ...]) -> None:
    # Label ids are read by position; labels in another order would name every mention wrongly.
    folder = write_run(tmp_path, "run")
    assert run_scheme(RunStore(tmp_path).load("run")).types == SCHEME.types
    info = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "run.json").write_text(json.dumps(info | {"labels": labels}), encoding="utf-8")
    with pytest.raises(InputError, match=r"run\.json: encoder\.labels: "):
        RunStore(tmp_path).load("run")


@pytest.mark.parametrize("damaged", ["tokenizer.json", "onnx/model_int8.onnx"])
def test_a_damaged_file_is_named(full_run: Run, tmp_path: Path, damaged: str) -> None:
    # A git-lfs pointer instead of the file, say, or a copy that broke off.
    export_run(full_run)
    run = RunStore(shutil.copytree(full_run.path, tmp_path / "full").parent).load("full")
    (run.path / damaged).write_text("version https://git-lfs.github.com/spec/v1\n", encoding="utf-8")
    with pytest.raises(InputError, match=Path(damaged).name):
        load_tagger(run, "int8")


def test_damaged_weights_are_named(full_run: Run, tmp_path: Path) -> None:
    run = RunStore(shutil.copytree(full_run.path, tmp_path / "full").parent).load("full")
    (run.path / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"model\.safetensors"):
        load_tagger(run, "torch-fp32")


def test_a_run_reads_documents_as_its_configuration_says(tiny_root: Path, tiny: Tiny) -> None:
    run = RunStore(tiny_root).load("l1")
    sentences = [replace(document, source="a", group="g") for document in tiny.documents[:1] * 2]
    short = [replace(d, text="the", tokens=split_tokens("the"), mentions=()) for d in sentences]
    (window,) = load_encoder(run).encode(short)
    # Both sentences share a window, which begins with the mark of their dataset.
    assert len(set(window.documents.tolist())) == 2
    expected = Encoder.from_file(run.path / TOKENIZER, run.info.max_length, True, run.config.guidelines)
    assert window.ids.tolist() == expected.encode(short)[0].ids.tolist()
    plain = RunStore(tiny_root).load("full")
    assert len(load_encoder(plain).encode(short)) == 2
