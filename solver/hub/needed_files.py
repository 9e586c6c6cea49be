"""Which files of a model's repository are needed to serve it, and which are not taken.

>>> chosen_files({"model.safetensors": 9, "config.json": 1, "pytorch_model.bin": 9, "README.md": 1})
{'config.json': 1, 'model.safetensors': 9}
"""

from __future__ import annotations

from collections.abc import Mapping

GGUF_HELP = (
    "take the original model, or convert one: transformers' from_pretrained(FOLDER, gguf_file=NAME), then "
    "save_pretrained of model and tokenizer"
)
"""What to do with a form of weights that vLLM's builds here do not serve."""
_NEEDED = (".json", ".txt", ".jinja", ".model", ".tiktoken")


def chosen_files(sizes: Mapping[str, int], *, allows_pickle: bool = False) -> dict[str, int] | str:
    """Choose what of a repository is needed to serve it; a text says why there is nothing to serve.

    Args:
        sizes: file -> bytes.
    """
    weights = {name: size for name, size in sizes.items() if name.endswith(".safetensors") and "/" not in name}
    pickles = {name: size for name, size in sizes.items() if name.endswith((".bin", ".pt", ".pth")) and "/" not in name}
    if not weights and any(name.endswith(".gguf") for name in sizes):
        return f"holds GGUF files only, which are not served here; {GGUF_HELP}"
    if not weights and pickles and not allows_pickle:
        return "holds no safetensors, only files whose loading can run code; allow them: harness fetch --allow-pickle"
    if not weights and not pickles:
        return "holds no weights: is it an adapter, or a data set?"
    kept = {name: size for name, size in sizes.items() if "/" not in name and name.endswith(_NEEDED)}
    return {**kept, **(weights or pickles)}
