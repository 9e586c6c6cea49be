"""The embedded model's own tokenizer: byte-level BPE behind Qwen2's pre-tokenisation.

With ``model_type: qwen2`` transformers 5 builds a Qwen2 tokenizer whatever ``tokenizer.json`` says of pre-tokenisation,
so Qwen2's own expression is used, and only vocabulary and merges are ours. Qwen2 takes a run of Chinese characters as
one word. Plain BPE would therefore learn tokens that join a name to the verb behind it (``明在``), and the same name
would be cut differently from sentence to sentence. So the trainer below learns merges in two steps:

1. every character that occurs often enough becomes one token, and nothing joins the bytes of two characters;
2. pairs are merged inside *chunks* narrower than Qwen2's words: single-character function words (是, 在, 比 …) and
   characters of names stand alone, punctuation never joins text, and a token holds at most ``MAX_HAN`` characters.

Deterministic: ties are broken by the pair itself. Run ``python -m train tokenizer --out models/embedded``.
"""

from __future__ import annotations

import heapq
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from solver.base.display.printing import command_line
from train.errors import TokenizerError

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""Qwen2's pre-tokenisation (transformers/models/qwen2/tokenization_qwen2.py); one digit a token."""
CHUNKS = re.compile(r"[\u4e00-\u9fff]+| ?[A-Za-z]+|\d|[^\w\s]+[\r\n]*|[\r\n]+|\s+|.")
"""Narrower pieces that merges are learned in; each lies inside one piece of PATTERN or ends where one ends."""
MAX_HAN = 2
"""Chinese characters in a token at most. Measured on 6,000 documents of five families (2026-11-21): 1 gives 1.64
characters a token, 2 gives 2.01, 3 gives 2.10, and tokens of 3 cut across words (路通, 设解题)."""
MIN_PAIR = 10
"""Rarer pairs are not worth a token: nothing would be learned about it."""
ALONE = frozenset("是的在和与比不有了把被从到向或且若则说都也就只而为对给让及跟同他她它这那每各将所以第个")
"""Function words that never join their neighbours."""
CHAT_TEMPLATE = (
    "{%- for message in messages %}{{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>'"
    " + '\\n' }}{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)
"""Qwen's chat form without a default system prompt."""


@cache
def byte_letters() -> tuple[str, ...]:
    """Return GPT-2's printable letter for each byte value, as byte-level BPE writes tokens."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in printable}
    spare = iter(range(256, 512))
    return tuple(letters[byte] if byte in letters else chr(next(spare)) for byte in range(256))


def spelled(text: str) -> str:
    """Write text in the letters of byte-level BPE.

    >>> spelled("a 中")
    'aĠä¸Ń'
    """
    letters = byte_letters()
    return "".join(letters[byte] for byte in text.encode())


class Learned(NamedTuple):
    """A vocabulary and the merges that build it."""

    vocab: dict[str, int]
    merges: list[tuple[str, str]]


def chunk_counts(texts: Iterable[str]) -> Counter[str]:
    """Count the chunks of texts, as written (not spelled)."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(CHUNKS.findall(text))
    split: Counter[str] = Counter()
    for chunk, count in counts.items():
        if "\u4e00" <= chunk[0] <= "\u9fff":
            run = ""
            for character in chunk:
                if character in ALONE:
                    split[character] += count
                    split[run] += count
                    run = ""
                else:
                    run += character
            split[run] += count
        else:
            split[chunk] += count
    del split[""]
    return split


def learn(
    counts: Mapping[str, int], *, size: int, min_character: int = 20, tick: Callable[[int], None] = lambda done: None
) -> Learned:
    """Learn a vocabulary.

    Args:
        counts: how often each chunk occurs.
        size: tokens in all, bytes and special tokens included.
        min_character: characters seen at least this often become tokens of their own.
        tick: told the tokens learned so far.
    """
    vocab = list(byte_letters())
    merges: list[tuple[str, str]] = []
    characters: Counter[str] = Counter()
    for chunk, count in counts.items():
        for character in chunk:
            characters[character] += count
    for character, count in sorted(characters.items(), key=lambda pair: (-pair[1], pair[0])):
        if count >= min_character:
            _join_bytes(spelled(character), vocab, merges)
    room = size - len(SPECIAL)
    if len(vocab) > room:
        raise TokenizerError(f"{len(vocab)} bytes and characters leave no room in {size} tokens; raise --vocab")
    _merge_pairs(counts, set(vocab), room - len(vocab), vocab, merges, tick)
    return Learned({token: index for index, token in enumerate((*vocab, *SPECIAL))}, merges)


def _join_bytes(letters: str, vocab: list[str], merges: list[tuple[str, str]]) -> None:
    known = set(vocab)
    for end in range(2, len(letters) + 1):
        if letters[:end] not in known:
            vocab.append(letters[:end])
            merges.append((letters[: end - 1], letters[end - 1]))


def _is_allowed(left: str, right: str) -> bool:
    """Tell whether two neighbours inside a chunk may become one token (as written)."""
    both = left + right
    if both.isascii():
        return True
    return len(both) <= MAX_HAN


def _merge_pairs(
    counts: Mapping[str, int],
    known: set[str],
    budget: int,
    vocab: list[str],
    merges: list[tuple[str, str]],
    tick: Callable[[int], None],
) -> None:
    words = [list(chunk) for chunk in counts]
    weights = list(counts.values())
    # A character without a token of its own stays bytes, and nothing is merged with it.
    whole = {c: spelled(c) in known for c in {c for word in words for c in word}}
    pairs: Counter[tuple[str, str]] = Counter()
    places: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for index, word in enumerate(words):
        for pair in pairwise(word):
            if all(whole.get(part, True) for part in pair) and _is_allowed(*pair):
                pairs[pair] += weights[index]
                places[pair].add(index)
    heap = [(-count, pair) for pair, count in pairs.items() if count >= MIN_PAIR]
    heapq.heapify(heap)
    while budget and heap:
        negative, pair = heapq.heappop(heap)
        if pairs[pair] != -negative:
            if pairs[pair] >= MIN_PAIR:
                heapq.heappush(heap, (-pairs[pair], pair))
            continue
        merged = "".join(pair)
        merges.append((spelled(pair[0]), spelled(pair[1])))
        if spelled(merged) not in known:
            known.add(spelled(merged))
            vocab.append(spelled(merged))
            budget -= 1
            tick(len(vocab))
        changed: set[tuple[str, str]] = set()
        for index in sorted(places.pop(pair)):
            _rewrite(words, index, pair, weights[index], whole, pairs, places, changed)
        pairs.pop(pair, None)
        for other in sorted(changed - {pair}):
            if pairs[other] >= MIN_PAIR:
                heapq.heappush(heap, (-pairs[other], other))


def _rewrite(
    words: list[list[str]],
    index: int,
    pair: tuple[str, str],
    weight: int,
    whole: Mapping[str, bool],
    pairs: Counter[tuple[str, str]],
    places: defaultdict[tuple[str, str], set[int]],
    changed: set[tuple[str, str]],
) -> None:
    old = words[index]
    new: list[str] = []
    at = 0
    while at < len(old):
        if at + 1 < len(old) and (old[at], old[at + 1]) == pair:
            new.append(old[at] + old[at + 1])
            at += 2
        else:
            new.append(old[at])
            at += 1
    for sign, word in ((-1, old), (1, new)):
        for other in pairwise(word):
            if all(whole.get(part, True) for part in other) and _is_allowed(*other):
                pairs[other] += sign * weight
                changed.add(other)
                if sign > 0:
                    places[other].add(index)
    words[index] = new


def backend(learned: Learned) -> Any:
    """Build the ``tokenizers.Tokenizer`` that transformers' Qwen2 tokenizer would build."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

    tokenizer = Tokenizer(models.BPE(vocab=learned.vocab, merges=learned.merges, fuse_unk=False, byte_fallback=False))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERN), behavior="isolated", invert=False),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    return tokenizer


def save(learned: Learned, folder: Path) -> None:
    """Write ``tokenizer.json``, ``tokenizer_config.json`` and ``chat_template.jinja``."""
    folder.mkdir(parents=True, exist_ok=True)
    backend(learned).save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "Qwen2Tokenizer",
        "add_prefix_space": False,
        "bos_token": None,
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "unk_token": None,
        "model_max_length": 4096,
        "clean_up_tokenization_spaces": False,
        "split_special_tokens": False,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n")
    (folder / "chat_template.jinja").write_text(CHAT_TEMPLATE)


def load(folder: str | Path) -> Any:
    """Load the ``tokenizers.Tokenizer`` of a folder.

    Raises:
        TokenizerError: the folder has no ``tokenizer.json``.
    """
    from tokenizers import Tokenizer

    path = Path(folder) / "tokenizer.json"
    if not path.is_file():
        make = command_line("train", "tokenizer", "--out", folder)
        raise TokenizerError(f"{path} is missing; make it with: {make}")
    return Tokenizer.from_file(str(path))


def check_against_transformers(folder: str | Path, texts: Iterable[str]) -> int:
    """Compare token ids with what ``AutoTokenizer`` gives for the same folder, as a server would load it.

    Returns:
        How many texts were compared.

    Raises:
        TokenizerError: a text is cut differently.
    """
    from transformers import AutoTokenizer

    ours, theirs = load(folder), AutoTokenizer.from_pretrained(str(folder))
    count = 0
    for text in texts:
        count += 1
        want, got = ours.encode(text, add_special_tokens=False).ids, theirs(text, add_special_tokens=False)["input_ids"]
        if want != got:
            raise TokenizerError(f"transformers cuts {text[:60]!r} as {got[:20]}, training as {want[:20]}")
    chat = theirs.apply_chat_template([{"role": "user", "content": "问"}], tokenize=False, add_generation_prompt=True)
    if chat != "<|im_start|>user\n问<|im_end|>\n<|im_start|>assistant\n":
        raise TokenizerError(f"the chat template writes {chat!r}")
    return count
