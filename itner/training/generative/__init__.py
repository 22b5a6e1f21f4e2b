"""Training decoders: packing, fine-tuning adapters, and building a small one from nothing."""
