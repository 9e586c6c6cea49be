"""vLLM beside the trainer: its process, our end of the pipe, and new weights in its own tensors."""
