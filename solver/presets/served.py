"""What is known of the model that is to be asked, before anything is started: its folder here, or the server's word.

A server is asked once, for a second or two at most; where it does not answer nothing is known, and whoever asks it for
samples later says so.
"""

from __future__ import annotations

import contextlib
import os
import threading
import urllib.request
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from solver.base.errors import InputError
from solver.base.foreign_files import MOST_OF_SETTINGS, object_of, parsed_json, text_of
from solver.presets.matching import Model
from solver.sampling.endpoint import ClientConfig
from solver.sampling.servers.way import is_direct
from solver.sampling.wire.address import base_and_query, key_of, normalized_url

_WAIT_S: Final = 2.0
_LONGEST_PAGE: Final = 1 << 20


def model_in(folder: str) -> Model:
    """Return what a model's folder tells; nothing more than its name where it is none."""
    return Model(
        folder,
        config=_json_of(folder, "config.json"),
        generation=_json_of(folder, "generation_config.json"),
        can_switch_thinking=_has_switch(folder),
    )


def models_at(urls: Sequence[str], asked: Sequence[str] = ()) -> tuple[Model, ...]:
    """Ask servers which models they serve.

    Args:
        urls: base URLs.
        asked: names of the models that will be asked; none is the first one that the first server names.

    Returns:
        One a name, in their order; empty where one of them is not known: it is not served, is an adapter, or no server
        answers.
    """
    cards: dict[str, Mapping[str, Any]] = {}
    for url in urls:
        for card in _cards_at(normalized_url(url)):
            cards.setdefault(str(card.get("id")), card)
    names = asked or [name for name, card in cards.items() if not card.get("parent")][:1]
    # An adapter was trained for something of its own.
    if any(name not in cards or cards[name].get("parent") for name in names):
        return ()
    return tuple(_model_of(cards[name]) for name in names)


def _model_of(card: Mapping[str, Any]) -> Model:
    root, context = card.get("root"), card.get("max_model_len")
    # os.path, which takes a text that is no path for one that is not there: it is the server's.
    folder = root if isinstance(root, str) and os.path.isdir(root) else None
    return Model(
        str(card["id"]),
        root if isinstance(root, str) else None,
        context if type(context) is int else None,
        config=_json_of(folder, "config.json"),
        generation=_json_of(folder, "generation_config.json"),
        can_switch_thinking=folder is not None and _has_switch(folder),
    )


def _has_switch(folder: str) -> bool:
    """Tell whether a model's chat template knows ``enable_thinking``."""
    for name in ("chat_template.jinja", "tokenizer_config.json"):
        with contextlib.suppress(InputError):
            if "enable_thinking" in text_of(Path(folder) / name, most=MOST_OF_SETTINGS):
                return True
    return False


def _json_of(folder: str | None, name: str) -> Mapping[str, object] | None:
    if folder is None:
        return None
    try:
        return object_of(Path(folder) / name)
    except InputError:
        return None


def _cards_at(url: str) -> Sequence[Mapping[str, Any]]:
    """Return the cards of ``/v1/models``; none where there is no such page, or it does not come in time."""
    found: list[Mapping[str, Any]] = []

    def ask() -> None:
        try:
            with _opener(url).open(_request(url), timeout=_WAIT_S) as reply:
                cards = parsed_json(reply.read(_LONGEST_PAGE))["data"]
                found.extend(card for card in cards if isinstance(card, dict) and "id" in card)
        except (OSError, HTTPException, ValueError, KeyError, TypeError):
            pass

    # In a thread that may be left behind: a bound on each read is none on a page that comes byte by byte.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(_WAIT_S)
    return tuple(found)


def _request(url: str) -> urllib.request.Request:
    base, query = base_and_query(url)
    request = urllib.request.Request(f"{base}/models" + (f"?{urlencode(query)}" if query else ""))
    if key := key_of(os.environ, ClientConfig().api_key_env):
        request.add_unredirected_header("Authorization", f"Bearer {key}")
    return request


def _opener(url: str) -> urllib.request.OpenerDirector:
    # A proxy from the environment is never meant for this machine.
    proxies: dict[str, str] | None = {} if is_direct(os.environ, url) else None
    return urllib.request.build_opener(urllib.request.ProxyHandler(proxies))
