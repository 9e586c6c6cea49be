"""Addresses, keys, proxies and certificates: found before the first request, with the variable that is at fault."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from solver.base.errors import UsageError
from solver.sampling.endpoint import ClientConfig
from solver.sampling.http import http_transports
from solver.sampling.servers.way import certificate_fault, check_key_log, check_way, proxy_of
from solver.sampling.transport import Fault
from solver.sampling.wire.address import (
    base_and_query,
    is_azure,
    is_loopback,
    is_private,
    key_of,
    normalized_url,
)
from tests.support.loops import in_loop
from tests.support.scripted_server import ScriptedServer

AZURE = "https://me.openai.azure.com/openai/deployments/four?api-version=2024-10-21"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://gpu1:8000", "http://gpu1:8000/v1"),
        (" http://gpu1:8000/v1/chat/completions ", "http://gpu1:8000/v1"),
        ("https://host/api/v1/models/", "https://host/api/v1"),
        ("https://host/compatible-mode/v1/completions", "https://host/compatible-mode/v1"),
        ("http://[::1]:8000/chat/completions", "http://[::1]:8000/v1"),
        (AZURE, AZURE),
        (AZURE.replace("?", "/chat/completions?"), AZURE),
    ],
)
def test_an_address_is_what_stands_before_its_pages(url: str, expected: str) -> None:
    assert normalized_url(url) == expected
    assert normalized_url(expected) == expected


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "127.0.0.1", "::1", "10.0.0.7", "172.20.1.1", "192.168.0.9", "100.64.3.2", "fd00::7"),
        *("vllm", "gpu1", "box.local", "gpu1.lan", "ip-10-0-0-7.ec2.internal", "nas.home.arpa"),
    ],
)
def test_this_machine_and_private_networks_are_known_by_address_or_name(host: str) -> None:
    assert is_private(host)


@pytest.mark.parametrize(
    "host", ["8.8.8.8", "172.32.0.1", "2606:4700::1111", "api.example.com", "internal.example.com", "local.host"]
)
def test_any_other_host_may_be_anybodys(host: str) -> None:
    assert not is_private(host)


@pytest.mark.parametrize(
    "url",
    ["gpu1:8000", "ftp://x", "http://u:p@x/v1", "http://x/v1?key=1", "http://x/v1#a", "http://x /v1", "http://[x"],
)
def test_what_is_no_address_or_holds_a_secret_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        normalized_url(url)
    assert "key=1" not in str(refused.value)


def test_azures_query_goes_behind_every_page_and_its_key_into_its_own_head() -> None:
    assert base_and_query(AZURE) == (AZURE.partition("?")[0], {"api-version": "2024-10-21"})
    assert is_azure("me.openai.azure.com")
    assert not is_azure("azure.com.evil.example")


@in_loop
async def test_a_query_is_sent_with_every_request() -> None:
    async with ScriptedServer() as server:
        url = normalized_url(f"{server.url}/chat/completions?api-version=7")
        (transport,) = http_transports(ClientConfig(endpoints=(url,)))
        assert await transport.models() == {"scripted": 4096}
        await transport.close()


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]", "a.localhost", "0.0.0.0", "::", "LOCALHOST."]
)
def test_all_of_loopback_is_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "128.0.0.1", "localhost.example", "127.0.0.1.example", ""])
def test_other_hosts_are_not(host: str) -> None:
    assert not is_loopback(host)


def test_white_space_around_a_key_is_no_part_of_it() -> None:
    assert key_of({"K": " sk-1\r\n"}, "K") == "sk-1"
    assert key_of({"K": " \n"}, "K") is None
    assert key_of({}, "K") is None


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("sk-1 2", "white space"),
        ("sk-１", "U+FF11"),
        ("\ufeffsk-1", "U+FEFF"),
        ("sk-\x00", "U+0000"),
        ("sk-“a”", "U+201C"),
        ("Bearer sk-1", "begins with 'Bearer'"),
        ('"sk-1"', "quotes around"),
    ],
)
def test_a_key_that_no_head_can_carry_is_named_by_its_variable_and_not_shown(key: str, words: str) -> None:
    with pytest.raises(UsageError, match=r"MY_KEY (holds|begins)") as refused:
        key_of({"MY_KEY": key}, "MY_KEY")
    assert words in str(refused.value)
    assert "sk-" not in str(refused.value)


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"ALL_PROXY": "proxy:ten"}, "ALL_PROXY is no proxy's URL"),
        ({"https_proxy": "ftp://proxy"}, "https_proxy is no proxy's URL"),
        ({"OPENAI_ORG_ID": "ü"}, "OPENAI_ORG_ID holds a character"),
        ({"SSL_CERT_FILE": "/no/such/file.pem"}, "SSL_CERT_FILE names '/no/such/file.pem', which does not exist"),
        ({"SSL_CERT_DIR": "/no/such/folder"}, "SSL_CERT_DIR names"),
    ],
)
def test_what_cannot_work_on_the_way_names_its_variable(environ: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        check_way(environ, "https://host/v1")
    if "OPENAI_ORG_ID" not in environ:
        check_way(environ, "http://127.0.0.2:8000/v1")


@pytest.mark.parametrize("exempt", ["*", "host", ".lan,host", "example, *", "HOST"])
def test_a_proxy_is_not_looked_at_where_the_host_is_exempt(exempt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.sampling.servers.way.find_spec", lambda name: None)
    environ = {"ALL_PROXY": "socks5://proxy:1080", "NO_PROXY": exempt}
    check_way(environ, "https://host/v1")
    assert proxy_of(environ, "https://host/v1") is None


def test_an_address_alone_is_one_of_a_proxy() -> None:
    check_way({"HTTP_PROXY": "127.0.0.1:7890"}, "http://host/v1")
    assert proxy_of({"HTTP_PROXY": "127.0.0.1:7890"}, "http://host/v1") == ("HTTP_PROXY", "127.0.0.1:7890")
    assert proxy_of({"HTTP_PROXY": "127.0.0.1:7890"}, "https://host/v1") is None


@in_loop
async def test_an_exempt_host_is_asked_directly_though_its_proxy_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "*")
    async with ScriptedServer() as server:
        # Another spelling of this machine that is not known as one.
        (transport,) = http_transports(ClientConfig(endpoints=(server.url.replace("127.0.0.1", "127.1"),)))
        assert await transport.models() == {"scripted": 4096}
        await transport.close()


def test_a_file_for_keys_that_cannot_be_written_is_named_by_its_variable(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"SSLKEYLOGFILE names .*cannot be written"):
        check_key_log({"SSLKEYLOGFILE": str(tmp_path / "nowhere" / "keys")})
    check_key_log({"SSLKEYLOGFILE": str(tmp_path / "keys")})
    check_key_log({})


@in_loop
async def test_a_proxy_that_nothing_listens_at_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    (transport,) = http_transports(ClientConfig(endpoints=("http://gpu1.example:8000/v1",)))
    with pytest.raises(Fault, match="through the proxy in http_proxy"):
        await transport.models()
    await transport.close()


def test_a_socks_proxy_without_its_package_names_the_variable_and_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.sampling.servers.way.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"all_proxy names a SOCKS proxy.*pip install socksio"):
        check_way({"all_proxy": "socks5://proxy:1080"}, "https://host/v1")


def test_a_file_without_certificates_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text("nothing")
    with pytest.raises(UsageError, match="holds no certificates"):
        check_way({"SSL_CERT_FILE": str(tmp_path / "x.pem")}, "https://host/v1")


def test_a_greeting_that_fails_is_told_as_what_it_is() -> None:
    assert "SSL_CERT_FILE" in (certificate_fault("CERTIFICATE_VERIFY_FAILED] self-signed") or "")
    assert "http://" in (certificate_fault("[SSL: WRONG_VERSION_NUMBER] wrong version number") or "")
    assert certificate_fault("Connection refused") is None


@in_loop
async def test_https_to_a_server_without_tls_says_so() -> None:
    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        (transport,) = http_transports(ClientConfig(endpoints=(url,)))
        with pytest.raises(Fault, match="speaks no TLS: write http://"):
            await transport.models()
        await transport.close()
