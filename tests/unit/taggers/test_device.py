"""Networks open where they are told to, or say why not; nothing goes on somewhere else."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from shipped import HERE

from itner.core.errors import InputError
from itner.taggers import device
from itner.taggers.device import use_device
from itner.taggers.encoder.onnx_backend import OnnxScorer
from itner.workflows.tag_corpus import Asked, plan


@pytest.fixture(autouse=True)
def _back_to_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_device", "cpu")


def test_a_device_that_is_not_known_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device.ort, "get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(InputError, match="onnxruntime-gpu"):
        use_device("cuda")
    use_device("cpu")


@pytest.mark.parametrize("found", [True, False])
def test_a_session_is_on_the_device_or_none(found: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    providers = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    asked: list[list[str]] = []

    def open_session(*_: object, providers: list[str], **__: object) -> SimpleNamespace:
        asked.append(providers)
        # A driver that is not there is said in a log alone.
        used = [*providers, "CPUExecutionProvider"] if found else ["CPUExecutionProvider"]
        return SimpleNamespace(get_providers=lambda: used, get_inputs=list)

    monkeypatch.setattr(device.ort, "get_available_providers", lambda: providers)
    monkeypatch.setattr(device.ort, "InferenceSession", open_session)
    path = tmp_path / "model.onnx"
    path.write_bytes(b"")
    use_device("cuda")
    if found:
        OnnxScorer(path)
    else:
        with pytest.raises(InputError, match="no cuda to work on"):
            OnnxScorer(path)
    assert asked == [["CUDAExecutionProvider"]]


@pytest.mark.parametrize(("run", "variant"), [("compact_s", None), ("compact_s", "torch-fp32"), ("it_rules", None)])
def test_what_is_no_network_for_gpus_is_refused(
    run: str, variant: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.log").write_text("a line\n")
    with pytest.raises(InputError, match="is no network for cuda"):
        plan(["a.log"], Asked(run, variant, device="cuda"), HERE)
