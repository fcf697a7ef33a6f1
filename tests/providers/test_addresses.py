"""Which addresses are the same, which are near, and which are not to be trusted."""

from __future__ import annotations

import pytest
from requests import Request

from addon.core.errors import ProviderError
from addon.providers import addresses


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://studio.example", "https://STUDIO.example:443/a?b#c"),
        ("http://127.0.0.1:80", "http://127.0.0.1/x"),
        ("HTTPS://studio.example/", "https://studio.example"),
        ("http://[::1]:8188", "http://[::1]:8188/view"),
    ],
)
def test_the_same_origin_is_recognised(one: str, other: str) -> None:
    assert addresses.is_same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://studio.example", "http://studio.example"),
        ("https://studio.example", "https://studio.example:8443"),
        ("https://studio.example", "https://studio.example.evil.invalid"),
        ("https://studio.example", "https://evil.invalid/https://studio.example"),
        ("https://studio.example", "https://studio.example@evil.invalid"),
        ("https://studio.example", "https://evil.invalid\\@studio.example"),
        ("https://studio.example", "https://evil.invalid#@studio.example"),
        ("https://studio.example", "https://evil.invalid?@studio.example"),
        ("https://studio.example", "https://studio.example."),
        ("https://studio.example", "https://studio.exam\tple"),
        ("https://studio.example", "https://studio.example:99999"),
        ("", ""),
        ("https://[", "https://["),
    ],
)
def test_another_origin_is_another(one: str, other: str) -> None:
    assert not addresses.is_same(one, other)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.invalid\\@studio.example/",
        "https://evil.invalid#@studio.example",
        "https://studio.example@evil.invalid/",
        "https://evil.invalid?@studio.example",
        "https://evil.invalid/\\@studio.example",
    ],
)
def test_what_is_sent_goes_where_the_origin_says_or_nowhere(url: str) -> None:
    host = addresses.origin(url)[1]
    sent = Request("GET", url).prepare().url or ""
    assert host in ("", addresses.origin(sent)[1])


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:1",
        "http://LOCALHOST",
        "http://a.localhost",
        "http://127.9.9.9",
        "http://[::1]:2",
        "http://0.0.0.0:3",
    ],
)
def test_this_machine_is_near(url: str) -> None:
    assert addresses.is_loopback(url)


@pytest.mark.parametrize(
    "url", ["http://localhost.evil.invalid", "http://10.0.0.1", "http://[", "", "http://127.0.0.1@evil.invalid"]
)
def test_all_else_is_far(url: str) -> None:
    assert not addresses.is_loopback(url)


@pytest.mark.parametrize(
    "url", ["https://1.1.1.1/clip", "https://[2606:4700:4700::1111]/clip", "https://not.found.invalid/clip"]
)
def test_a_public_host_over_https_is_trusted(url: str) -> None:
    addresses.check(url, "Studio", near=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://1.1.1.1/clip",
        "https://127.0.0.1/clip",
        "https://localhost/clip",
        "https://0.0.0.0/",
        "https://10.1.2.3/",
        "https://172.16.0.1/",
        "https://192.168.0.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://[::ffff:192.168.0.1]/",
        "https://a@1.1.1.1/",
        "file:///etc/passwd",
        "ftp://1.1.1.1/",
        "https:///clip",
        "//1.1.1.1/clip",
        "clip.mp4",
        "",
        "https://" + "a" * 5000 + ".invalid/",
        "https://1.1.1.1\\@x/",
    ],
)
def test_what_a_service_must_not_lead_to(url: str) -> None:
    with pytest.raises(ProviderError, match="Studio sends to an address that cannot be trusted"):
        addresses.check(url, "Studio", near=False)


def test_a_service_on_this_machine_may_have_its_files_there_and_nowhere_else_near() -> None:
    addresses.check("http://127.0.0.1:9/clip", "Studio", near=True)
    for url in ("http://10.0.0.1/clip", "https://10.0.0.1/clip", "file:///clip", "http://a@127.0.0.1/"):
        with pytest.raises(ProviderError):
            addresses.check(url, "Studio", near=True)
