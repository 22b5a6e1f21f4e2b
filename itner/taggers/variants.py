"""What a run of any kind with a network can be opened as."""

from __future__ import annotations

TORCH = "torch-fp32"
# FP32 in PyTorch is the reference that the ONNX files are compared with; the others are ONNX files.
ONNX_VARIANTS = ("fp32", "fp16", "int8")
VARIANTS = {TORCH: "FP32 (PyTorch)", "fp32": "FP32", "fp16": "FP16", "int8": "INT8"}
