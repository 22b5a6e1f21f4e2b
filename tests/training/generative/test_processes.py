"""Trainings that several processes share, and how DeepSpeed is to spread them."""

from __future__ import annotations

from argparse import Namespace

import pytest
from accelerate.commands import launch
from accelerate.commands.config.config_args import load_config_from_file
from accelerate.utils.launch import prepare_deepspeed_cmd_env
from shipped import REPOSITORY

from itner.training.processes import count, is_first, meet

CONFIG = REPOSITORY / "scripts" / "zero2.yaml"


def test_one_process_writes_and_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (is_first(), count()) == (True, 1)
    meet("cpu")
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert (is_first(), count()) == (False, 2)


def test_the_launcher_understands_the_configuration_for_several_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_config_from_file(str(CONFIG))
    assert config.deepspeed_config["zero_stage"] == 2
    started: list[tuple[Namespace, dict[str, str]]] = []
    # All that `accelerate launch` does, but for the processes.
    monkeypatch.setattr(
        launch, "deepspeed_launcher", lambda asked: started.append((asked, prepare_deepspeed_cmd_env(asked)[1]))
    )
    words = f"--config_file {CONFIG} --num_processes 4 -m itner train qwen3_lora --data combined".split()
    launch.launch_command(launch.launch_command_parser().parse_args(words))
    ((arguments, environment),) = started
    assert (environment["ACCELERATE_USE_DEEPSPEED"], environment["ACCELERATE_DEEPSPEED_ZERO_STAGE"]) == ("true", "2")
    assert environment["ACCELERATE_MIXED_PRECISION"] == "bf16"
    assert arguments.nproc_per_node == "4"
    assert (arguments.module, arguments.training_script) == (True, "itner")
    assert arguments.training_script_args == ["train", "qwen3_lora", "--data", "combined"]


def test_the_head_of_the_configuration_says_a_command_that_is_understood() -> None:
    said = [line for line in CONFIG.read_text(encoding="utf-8").splitlines() if "accelerate launch" in line]
    (line,) = said
    words = line.removeprefix("#").split()[2:]
    assert launch.launch_command_parser().parse_args(words).training_script_args[0] == "train"
