"""Training: the embedded model from scratch, LoRA fine-tuning, merging and quantising."""
