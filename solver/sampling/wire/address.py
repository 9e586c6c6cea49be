"""A server's address and key, checked before the first request: what is wrong names its variable. Pure.

>>> normalized_url("http://gpu1:8000"), normalized_url("HTTPS://host/llm/v1/chat/completions")
('http://gpu1:8000/v1', 'https://host/llm/v1')
>>> is_loopback("127.8.0.1"), is_loopback("gpu1")
(True, False)
>>> is_private("10.0.0.7"), is_private("gpu1"), is_private("api.example.com")
(True, True, False)
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from solver.base.errors import UsageError

_PAGES = ("/chat/completions", "/completions", "/models", "/responses")
"""Pages that people copy together with the address."""
_QUERY = {"api-version"}
"""What an address may ask: Azure's version, which is no secret."""
_QUOTES = "\"'`"
_PRIVATE_ENDS = (".localhost", ".local", ".lan", ".internal", ".home.arpa")
"""What names of private networks end in (RFC 6762 and 8375, ICANN's ``internal``, and what routers give)."""


def normalized_url(url: str) -> str:
    """Return an endpoint's base URL, with ``/v1`` where it has no path, and without the page that it ends in.

    Raises:
        UsageError: it is no http(s) URL, or carries a secret.
    """
    text = url.strip()
    try:
        parts = urlsplit(text)
        is_url = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that enclose no IPv6 address, a port that is no number
        is_url = False
    if not is_url or not text.isprintable() or " " in text:
        raise UsageError(f"endpoint {url!r} is no URL; write it like http://127.0.0.1:8000/v1")
    if parts.username is not None or parts.fragment or {name for name, _ in parse_qsl(parts.query)} - _QUERY:
        # It would stand in config.json, in logs and in messages. Told without repeating it.
        raise UsageError(
            f"endpoint {parts.scheme}://{parts.hostname} carries a password or a query: leave both out, and put the "
            "key into OPENAI_API_KEY"
        )
    path = "/".join(part for part in ("", *filter(None, parts.path.split("/"))))
    for page in _PAGES:
        path = path.removesuffix(page)
    while path.endswith("/v1/v1"):
        path = path.removesuffix("/v1")
    host = text[len(parts.scheme) + 3 :].partition("/")[0].partition("?")[0]
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{host}{path or '/v1'}{query}"


def base_and_query(url: str) -> tuple[str, dict[str, str]]:
    """Split a normalized URL into what pages are added to, and the query that goes behind them."""
    base, _, query = url.partition("?")
    return base, dict(parse_qsl(query))


def is_azure(host: str) -> bool:
    """Tell whether a host wants its key in a head of its own."""
    return host.endswith((".azure.com", ".azure.us", ".azure.cn"))


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine: all of 127.0.0.0/8, ``::1``, ``localhost`` and names below it.

    So is the address that a server says it listens at, ``0.0.0.0``: a request to it never leaves the machine.

    >>> is_loopback("0.0.0.0"), is_loopback("LOCALHOST.")
    (True, True)
    """
    name = host.lower().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def is_private(host: str) -> bool:
    """Tell whether a host is this machine or one of a private network, as far as its name or address tells.

    A name without a dot is known in its own network only: a machine, a container.
    """
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return "." not in host or host.endswith(_PRIVATE_ENDS)


def key_of(environ: Mapping[str, str], name: str) -> str | None:
    """Return the key in a variable, without white space around it; None where there is none.

    Raises:
        UsageError: no header can carry it.
    """
    key = environ.get(name, "").strip()
    wrong = next((place for place, char in enumerate(key, 1) if not "!" <= char <= "~"), None)
    if wrong is not None:
        what = "white space" if key[wrong - 1].isspace() else f"the character U+{ord(key[wrong - 1]):04X}"
        if key.lower().startswith("bearer "):
            raise UsageError(f"{name} begins with 'Bearer': leave that out, the key alone is wanted")
        raise UsageError(f"{name} holds {what} (character {wrong} of {len(key)}): copy it again, a key is plain ASCII")
    if key and (key[0] in _QUOTES or key[-1] in _QUOTES):
        raise UsageError(f"{name} holds quotes around the key: leave them out")
    return key or None
