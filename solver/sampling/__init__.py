"""Drawing samples from OpenAI-compatible endpoints: requests, limits, retries, replies."""
