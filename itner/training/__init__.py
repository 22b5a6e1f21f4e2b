"""Training runs: presets, the Trainer, averaging, distillation."""
