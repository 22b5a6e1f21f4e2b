from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tiny import Tiny

from itner.core.errors import InputError
from itner.records.config import EMBEDDED_BACKBONE
from itner.records.files import sha256_file
from itner.taggers.encoder import backbone
from itner.taggers.encoder.backbone import find_backbone


@pytest.fixture(autouse=True)
def _fresh() -> None:
    find_backbone.cache_clear()


def test_a_folder_is_a_backbone_with_the_hash_of_its_weights(tiny: Tiny) -> None:
    found = find_backbone(str(tiny.backbone))
    assert found.folder == tiny.backbone
    assert found.sha256 == sha256_file(tiny.backbone / "model.safetensors")


def test_pickled_weights_are_not_read(tiny: Tiny, tmp_path: Path) -> None:
    folder = tmp_path / "old"
    shutil.copytree(tiny.backbone, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "pytorch_model.bin").write_bytes(b"never opened")
    with pytest.raises(InputError, match="pickled weights are not read"):
        find_backbone(str(folder))


def test_offline_a_hub_name_says_what_else_there_is() -> None:
    with pytest.raises(InputError, match=r"neither a folder here.*--backbone embedded/all-MiniLM-L6-v2"):
        find_backbone("nobody/no-such-model-is-cached")


def test_the_embedded_backbone_is_the_one_that_was_reviewed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_backbone(EMBEDDED_BACKBONE).sha256 == backbone._EMBEDDED_SHA256
    find_backbone.cache_clear()
    monkeypatch.setattr(backbone, "_EMBEDDED_SHA256", "0" * 64)
    with pytest.raises(InputError, match=f"is not the {'0' * 64}"):
        find_backbone(EMBEDDED_BACKBONE)


def test_without_the_package_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match="make app"):
        find_backbone(EMBEDDED_BACKBONE)
