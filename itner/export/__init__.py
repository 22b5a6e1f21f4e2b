"""ONNX export, quantisation and the benchmark."""
