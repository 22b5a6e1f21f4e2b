"""Fine-tuned encoders: windows of word pieces, PyTorch and ONNX backends."""
