"""LoRA fine-tuning on rows of messages, a thin layer over trl and peft."""
