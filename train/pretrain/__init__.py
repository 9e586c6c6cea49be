"""The embedded model from scratch: documents, feed, model, optimizer, checkpoints."""
