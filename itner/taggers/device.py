"""Where onnxruntime opens networks."""

from __future__ import annotations

import onnxruntime as ort

from itner.core.errors import InputError
from itner.core.types import Device

_PROVIDERS: dict[Device, str] = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
_device: Device = "cpu"


def use_device(device: Device) -> None:
    """Where this process opens networks from now on.

    Raises:
        InputError: the onnxruntime that is installed knows no such device.
    """
    global _device
    if _PROVIDERS[device] not in ort.get_available_providers():
        raise InputError(f"this onnxruntime cannot use {device}; install onnxruntime-gpu in the place of onnxruntime")
    _device = device


def used_provider() -> str:
    """What onnxruntime calls it."""
    return _PROVIDERS[_device]


def check_device(session: ort.InferenceSession) -> None:
    """InputError where a session is somewhere else: it goes on on the CPU by itself, and says so in its log alone."""
    if used_provider() not in session.get_providers():
        raise InputError(f"onnxruntime found no {_device} to work on; is a driver installed, and the libraries?")
