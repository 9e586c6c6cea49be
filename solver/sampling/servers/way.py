"""The way to a server: proxies and certificates that the environment names, looked at before the first request.

Pure, but for the files that a variable names. What is wrong is told with its variable and what to do; what the
environment exempts (``NO_PROXY``, and always this machine) is exempt here, too.

>>> proxy_of({"ALL_PROXY": "socks5://p:1080", "NO_PROXY": "host"}, "http://host/v1") is None
True
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from solver.base.errors import UsageError
from solver.base.extras import how_to_install_package
from solver.sampling.wire.address import is_loopback

_PROXIES = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY")
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_HEADS = ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_CUSTOM_HEADERS")
"""Variables that the SDK sends as heads."""


class Named(NamedTuple):
    """A proxy, and the variable that names it."""

    variable: str
    url: str


def is_direct(environ: Mapping[str, str], url: str) -> bool:
    """Tell whether a server is reached without any proxy: it is this machine, or ``NO_PROXY`` exempts it."""
    host = urlsplit(url).hostname or ""
    exempt = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    return is_loopback(host) or any(_is_meant(name.strip().lower(), host) for name in exempt.split(","))


def _is_meant(name: str, host: str) -> bool:
    """Tell whether an entry of ``NO_PROXY`` (a name, a domain, an address, a network) holds for a host.

    >>> _is_meant(".lan", "gpu1.lan"), _is_meant("10.0.0.0/8", "10.1.2.3"), _is_meant("pu1", "gpu1")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(name.strip("[]"), strict=False)
    except ValueError:
        domain = name.removeprefix("*").lstrip(".")
        return name == "*" or bool(domain) and (host == domain or host.endswith(f".{domain}"))


def proxy_of(environ: Mapping[str, str], url: str) -> Named | None:
    """Return the proxy that a server is reached through, None where it is reached directly."""
    if is_direct(environ, url):
        return None
    scheme = urlsplit(url).scheme
    names = (f"{scheme}_proxy", f"{scheme.upper()}_PROXY", "all_proxy", "ALL_PROXY")
    return next((Named(name, environ[name]) for name in names if environ.get(name)), None)


def check_way(environ: Mapping[str, str], url: str) -> None:
    """Look at what the environment says of proxies, certificates and heads.

    Raises:
        UsageError: something there cannot work; names the variable and what to do.
    """
    for name in _HEADS:
        if not environ.get(name, "").isascii():
            raise UsageError(f"{name} holds a character that no request can carry: fix it, or unset it")
    is_alone = is_direct(environ, url)
    if not is_alone:
        _check_proxies(environ, urlsplit(url).hostname or "")
    if urlsplit(url).scheme == "https" or not is_alone:
        for name in _CERTIFICATES:
            _check_certificates(name, environ.get(name))


def _check_proxies(environ: Mapping[str, str], host: str) -> None:
    for name in (*_PROXIES, *map(str.lower, _PROXIES)):
        value = environ.get(name, "")
        if not value:
            continue
        # As libraries read it: an address alone is one of an HTTP proxy.
        scheme = value.partition("://")[0].lower() if "://" in value else "http"
        if scheme.startswith("socks") and find_spec("socksio") is None:
            raise UsageError(
                f"{name} names a SOCKS proxy, for which socksio is not installed: "
                f"{how_to_install_package('socksio')}, or set NO_PROXY={host}"
            )
        try:
            parts = urlsplit(value if "://" in value else f"http://{value}")
            is_url = bool(parts.hostname) and parts.port != 0 and value.isascii() and value.isprintable()
        except ValueError:
            is_url = False
        if scheme not in ("http", "https", "socks5", "socks5h") or not is_url:
            raise UsageError(f"{name} is no proxy's URL: write it like http://proxy:3128, or set NO_PROXY={host}")


def _check_certificates(name: str, value: str | None) -> None:
    if not value:
        return
    path = Path(value)
    try:
        if name.endswith("FILE"):
            ssl.create_default_context(cafile=str(path))
        elif not path.is_dir():
            raise FileNotFoundError
    except (OSError, ssl.SSLError, ValueError) as error:
        what = "does not exist" if isinstance(error, FileNotFoundError) else "holds no certificates"
        raise UsageError(f"{name} names {value!r}, which {what}: fix it, or unset it") from error


def check_key_log(environ: Mapping[str, str]) -> None:
    """Look at the file that the TLS library writes its keys to, and opens as soon as a client is imported.

    Raises:
        UsageError: it cannot be written.
    """
    value = environ.get("SSLKEYLOGFILE")
    try:
        if value:
            with Path(value).open("ab"):
                pass
    except (OSError, ValueError) as error:
        raise UsageError(f"SSLKEYLOGFILE names {value!r}, which cannot be written: fix it, or unset it") from error


def certificate_fault(words: str) -> str | None:
    """Return what a failed TLS greeting means, None where it is none.

    Args:
        words: of the exception.
    """
    if "CERTIFICATE_VERIFY_FAILED" in words:
        reason = words.partition("CERTIFICATE_VERIFY_FAILED")[2].strip("] :")[:120]
        return f"its certificate is not trusted ({reason}): name its authority's file in SSL_CERT_FILE"
    if "WRONG_VERSION_NUMBER" in words or "RECORD_LAYER" in words or "UNEXPECTED_EOF" in words:
        return "speaks no TLS: write http:// instead of https://"
    return None


def through(proxy: Named | None) -> str:
    """Return what to add to a failure on a way through a proxy.

    >>> through(Named("HTTP_PROXY", "http://p:1"))
    ', through the proxy in HTTP_PROXY (NO_PROXY exempts hosts)'
    """
    return "" if proxy is None else f", through the proxy in {proxy.variable} (NO_PROXY exempts hosts)"
