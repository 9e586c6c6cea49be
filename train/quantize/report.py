"""What four bits cost: sizes, held-out perplexity, agreement with the bf16 model, error by layer.

The packed weights are spread out again and put into the bf16 model in place of its own, so both are computed by the
same code and differ in nothing but the weights; one model is in memory at a time. Rates of an engine's own kernels are
measured with ``python -m harness eval``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import exp, sqrt
from pathlib import Path
from typing import Any, NamedTuple

from solver.base.display.figures import counted
from train.model_files import available_memory, config_of, tensors_of
from train.quantize.calibration import Document
from train.quantize.gptq_tensors import PARTS, packed_layers, weight_of

NEW_TOKENS = 48
"""Length of the greedy continuations that are compared."""
_BATCH = 8
_WATCHED = 8
"""Documents over which layers are watched where their changes do not fit into memory and are spread out for each."""


class Read(NamedTuple):
    """What a model makes of the held-out documents."""

    nll: tuple[float, ...]
    """Of each document's answer: sum of negative log-likelihoods, nats."""
    top: tuple[tuple[int, ...], ...]
    """Most likely token at each place of each answer, the truth before it given."""
    written: tuple[tuple[int, ...], ...]
    """Greedy continuation of each prompt."""


class LayerError(NamedTuple):
    """What rounding did to one layer."""

    name: str
    weight: float
    """Norm of the weights' change over the norm of the weights."""
    output: float
    """Norm of the outputs' change over the norm of the outputs, on held-out documents in the bf16 model."""


class Packed:
    """The packed layers of a folder, spread out on demand."""

    def __init__(self, folder: Path) -> None:
        settings = config_of(folder)["quantization_config"]
        self.bits = int(settings["bits"])
        self.is_v2 = settings.get("checkpoint_format") == "gptq_v2"
        self.tensors = tensors_of(folder)
        self.layers = packed_layers(self.tensors)

    def weight(self, layer: str, device: Any = "cpu") -> Any:
        """Return a layer's weight [out, in], float32, spread out on the device it is wanted on."""
        from safetensors import safe_open

        parts = {}
        for part in PARTS:
            name = f"{layer}.{part}"
            with safe_open(str(self.tensors[name].file), framework="pt", device=str(device)) as file:
                parts[part] = file.get_tensor(name)
        return weight_of(parts, bits=self.bits, is_v2=self.is_v2)


def measure(
    model_folder: Path,
    quantised: Path,
    documents: Sequence[Document],
    *,
    device: str,
    new_tokens: int = NEW_TOKENS,
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """Compare a quantised folder with the model that it was made from.

    Args:
        documents: held-out documents; none of them was calibrated on.
        device: cpu (computed in float32) or cuda (computed in the model's own type).
        tick: called with documents done and in all.

    Returns:
        The report, as JSON.
    """
    import torch
    from transformers import AutoModelForCausalLM

    packed = Packed(quantised)
    dtype = torch.float32 if device == "cpu" else "auto"
    model = AutoModelForCausalLM.from_pretrained(str(model_folder), dtype=dtype).to(device).eval()
    n_documents, total = len(documents), 2 * len(documents)
    tick(0, total)
    with layer_errors(model, packed) as (errors, watched):
        plain = read(model, documents[:watched], lambda done: tick(done, total))
    rest = read(model, documents[watched:], lambda done: tick(min(watched, n_documents) + done, total))
    plain = Read(plain.nll + rest.nll, plain.top + rest.top, ())
    plain = plain._replace(written=_written(model, documents, new_tokens))
    with torch.no_grad():
        for layer in packed.layers:
            module = model.get_submodule(layer)
            module.weight.copy_(packed.weight(layer, module.weight.device).to(module.weight))
    rounded = read(model, documents, lambda done: tick(n_documents + done, total))
    rounded = rounded._replace(written=_written(model, documents, new_tokens))
    return {
        "size": sizes(model_folder, quantised),
        "held_out": agreement(plain, rounded, documents),
        "held_out_by_source": {
            name: agreement(*_only(name, plain, rounded, documents)) for name in sorted({d.source for d in documents})
        },
        "layers": [one._asdict() for one in errors()],
        "arithmetic": "float32" if device == "cpu" else str(config_of(model_folder).get("dtype", "bfloat16")),
    }


def sizes(model_folder: Path, quantised: Path) -> dict[str, float]:
    """Compare the bytes of two folders' weights."""
    before, after = tensors_of(model_folder), tensors_of(quantised)
    layers = packed_layers(after)
    n_before, n_after = (sum(one.n_bytes for one in tensors.values()) for tensors in (before, after))
    n_numbers = sum(before[f"{layer}.weight"].shape[0] * before[f"{layer}.weight"].shape[1] for layer in layers)
    n_packed = sum(after[f"{layer}.{part}"].n_bytes for layer in layers for part in PARTS)
    return {
        "bytes_before": n_before,
        "bytes_after": n_after,
        "ratio": round(n_before / n_after, 3),
        "packed_layers": len(layers),
        "bits_a_packed_weight": round(8 * n_packed / n_numbers, 3) if n_numbers else 0.0,
    }


def agreement(plain: Read, rounded: Read, documents: Sequence[Document]) -> dict[str, float]:
    """Compare what two models made of the same documents' answers."""
    n_tokens = sum(len(one.answer) for one in documents)
    changes = [
        (after - before) / len(one.answer) for before, after, one in zip(plain.nll, rounded.nll, documents, strict=True)
    ]
    mean = sum(changes) / len(changes)
    spread = sqrt(sum((change - mean) ** 2 for change in changes) / max(1, len(changes) - 1))
    same = sum(a == b for one, two in zip(plain.top, rounded.top, strict=True) for a, b in zip(one, two, strict=True))
    before, after = sum(plain.nll) / n_tokens, sum(rounded.nll) / n_tokens
    exact = sum(one == two for one, two in zip(plain.written, rounded.written, strict=True))
    return {
        "documents": len(documents),
        "answer_tokens": n_tokens,
        "nll_before": round(before, 6),
        "nll_after": round(after, 6),
        "nll_change": round(after - before, 6),
        "nll_change_error": round(spread / sqrt(len(changes)), 6),
        "perplexity_before": round(exp(before), 5),
        "perplexity_after": round(exp(after), 5),
        "top1_agreement": round(same / n_tokens, 5),
        "continuations": len(documents),
        "continuations_equal": round(exact / len(documents), 4),
    }


def _only(name: str, plain: Read, rounded: Read, documents: Sequence[Document]) -> tuple[Read, Read, list[Document]]:
    """Keep the documents of one source."""
    places = [place for place, one in enumerate(documents) if one.source == name]
    reads = [
        Read(
            tuple(one.nll[place] for place in places),
            tuple(one.top[place] for place in places),
            tuple(one.written[place] for place in places),
        )
        for one in (plain, rounded)
    ]
    return reads[0], reads[1], [documents[place] for place in places]


def read(model: Any, documents: Sequence[Document], tick: Callable[[int], None]) -> Read:
    """Compute likelihoods and most likely tokens of the documents' answers."""
    import torch

    nll, top = [], []
    with torch.inference_mode():
        for done, document in enumerate(documents, 1):
            ids = torch.tensor([[*document.prompt, *document.answer]], device=model.device)
            start = max(1, len(document.prompt))
            logits = model(input_ids=ids, use_cache=False).logits[0, start - 1 : -1].float()
            truth = ids[0, start:]
            nll.append(float(torch.nn.functional.cross_entropy(logits, truth, reduction="sum")))
            top.append(tuple(logits.argmax(-1).tolist()))
            tick(done)
    return Read(tuple(nll), tuple(top), ())


def _written(model: Any, documents: Sequence[Document], new_tokens: int) -> tuple[tuple[int, ...], ...]:
    """Continue the prompts greedily, in batches padded on the left."""
    import torch

    found: list[tuple[int, ...]] = []
    pad = model.config.pad_token_id or 0
    for start in range(0, len(documents), _BATCH):
        prompts = [list(one.prompt) for one in documents[start : start + _BATCH]]
        longest = max(map(len, prompts))
        ids = torch.tensor([[pad] * (longest - len(one)) + one for one in prompts], device=model.device)
        seen = torch.tensor([[0] * (longest - len(one)) + [1] * len(one) for one in prompts], device=model.device)
        with torch.inference_mode():
            out = model.generate(
                input_ids=ids,
                attention_mask=seen,
                do_sample=False,
                temperature=None,
                top_p=None,
                top_k=None,
                max_new_tokens=new_tokens,
                pad_token_id=pad,
            )
        found += [tuple(row) for row in out[:, longest:].tolist()]
    return tuple(found)


@contextmanager
def layer_errors(model: Any, packed: Packed) -> Iterator[tuple[Callable[[], list[LayerError]], int]]:
    """Watch the packed layers' inputs while the body runs the bf16 model.

    What is given is the function that returns the errors afterwards, and over how many documents the body may run: all,
    where every layer's change fits into half of what memory is free, else a few, since each layer is then spread out
    anew for each document.
    """
    import torch

    changed: dict[str, float] = dict.fromkeys(packed.layers, 0.0)
    whole: dict[str, float] = dict.fromkeys(packed.layers, 0.0)
    weights: dict[str, float] = {}
    handles = []
    kept: dict[str, Any] = {}
    n_bytes = 4 * sum(model.get_submodule(layer).weight.numel() for layer in packed.layers)
    are_kept = n_bytes < free_memory(model.device) / 2

    def change_of(layer: str, module: Any) -> Any:
        if layer in kept:
            return kept[layer]
        plain = module.weight.float()
        change = packed.weight(layer, plain.device) - plain
        weights[layer] = float(change.norm() / plain.norm())
        if are_kept:
            kept[layer] = change
        return change

    def watch(layer: str) -> Callable[[Any, tuple[Any, ...], Any], None]:
        def hook(module: Any, inputs: tuple[Any, ...], output: Any) -> None:
            x = inputs[0].float()
            bias = 0.0 if module.bias is None else module.bias.float()
            changed[layer] += float(torch.nn.functional.linear(x, change_of(layer, module)).square().sum())
            whole[layer] += float((output.float() - bias).square().sum())

        return hook

    for layer in packed.layers:
        handles.append(model.get_submodule(layer).register_forward_hook(watch(layer)))
    try:
        yield (
            lambda: [
                LayerError(layer, round(weights[layer], 5), round(sqrt(changed[layer] / whole[layer]), 5))
                for layer in packed.layers
            ],
            sys.maxsize if are_kept else _WATCHED,
        )
    finally:
        for handle in handles:
            handle.remove()


def free_memory(device: Any) -> float:
    """Return the free bytes of a torch device's memory; of the machine's where it is the processor's."""
    import torch

    if device.type == "cuda":
        return float(torch.cuda.mem_get_info(device)[0])
    return float(available_memory() or 0)


def table(report: dict[str, Any]) -> str:
    """Return the report as text for people: what changed, then layers by kind and the five worst."""
    size, held = report["size"], report["held_out"]
    rows = [
        ("weights", f"{size['bytes_before'] / 1e6:.1f} MB", f"{size['bytes_after'] / 1e6:.1f} MB"),
        ("perplexity", f"{held['perplexity_before']:.4f}", f"{held['perplexity_after']:.4f}"),
        ("nats a token", f"{held['nll_before']:.5f}", f"{held['nll_after']:.5f}"),
    ]
    lines = [f"{'':<16}{'before':>12}{'after':>12}", *(f"{name:<16}{one:>12}{two:>12}" for name, one, two in rows)]
    lines += [
        f"change: {held['nll_change']:+.5f} ± {held['nll_change_error']:.5f} nats a token (standard error over "
        f"{counted(held['documents'], 'document')}, {held['answer_tokens']} answer tokens)",
        f"same most likely token, truth given: {held['top1_agreement']:.2%}; "
        f"same greedy continuation: {held['continuations_equal']:.0%} of {held['continuations']}",
        *(
            f"  {name}: {one['nll_change']:+.5f} ± {one['nll_change_error']:.5f} nats, {one['top1_agreement']:.2%} "
            f"same token, {one['continuations_equal']:.0%} of {one['continuations']} same continuation"
            for name, one in report["held_out_by_source"].items()
        ),
        f"{counted(size['packed_layers'], 'layer')} packed, {size['bits_a_packed_weight']:.2f} bits a weight "
        f"with scales; the folder is {size['ratio']:.2f} times smaller",
        "",
        f"{'layer error':<34}{'weights':>9}{'outputs':>9}",
    ]
    kinds: dict[str, list[dict[str, Any]]] = {}
    for one in report["layers"]:
        kinds.setdefault(one["name"].rsplit(".", 1)[1], []).append(one)
    for kind, group in kinds.items():
        means = [sum(one[key] for one in group) / len(group) for key in ("weight", "output")]
        lines.append(f"{kind + f', mean of {len(group)}':<34}{means[0]:>9.4f}{means[1]:>9.4f}")
    for one in sorted(report["layers"], key=lambda layer: -layer["output"])[:5]:
        lines.append(
            f"{'worst: ' + one['name'].removeprefix('model.layers.'):<34}{one['weight']:>9.4f}{one['output']:>9.4f}"
        )
    return "\n".join(lines)
