"""HTTP as adapters speak it: a clip comes whole from where it may come from, and takes the key nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from addon.core.errors import Kind, ProviderError

from .hostile import Behaviour, Line, Server
from .transport import KEY, QUICK, client, ignore


def test_redirects_are_followed_for_a_clip_and_the_key_stays_with_its_origin(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    store = serve(lambda line: line.answer(b"clip"))
    home = serve(lambda line: line.answer(b"", 302, Location=f"{store.base}/clip?signed=1"))
    client(home.base).fetch("/result", tmp_path / "clip", ignore)
    assert (tmp_path / "clip").read_bytes() == b"clip"
    assert home.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert "authorization" not in store.asked[0].headers  # the same host: the port alone is another
    assert KEY not in str(store.asked)


def test_a_redirect_that_stays_keeps_the_key(serve: Callable[..., Server], tmp_path: Path) -> None:
    def behave(line: Line) -> None:
        line.answer(b"clip") if line.asked.path == "/b" else line.answer(b"", 307, Location="/b")

    server = serve(behave)
    client(server.base).fetch("/a", tmp_path / "clip", ignore)
    assert [asked.headers["authorization"] for asked in server.asked] == [f"Bearer {KEY}"] * 2


def test_an_absolute_address_elsewhere_gets_no_key_whatever_is_done_there(serve: Callable[..., Server]) -> None:
    store, home = serve(lambda line: line.json({})), serve(lambda line: line.json({}))
    service = client(home.base)
    service.ask(f"{store.base}/status")
    service.tell("PUT", f"{store.base}/cancel")
    service.give("PUT", f"{store.base}/upload", data=b"file")
    service.give("PUT", f"{home.base}/upload", data=b"file")
    assert [asked.headers.get("authorization") for asked in store.asked + home.asked] == [None] * 4


ASTRAY = [
    "file:///etc/passwd",
    "FILE:/etc/passwd",
    "ftp://127.0.0.1/clip",
    "data:video/mp4;base64,AAAA",
    "http://studio.invalid/clip",
    "https://10.0.0.1/clip",
    "https://169.254.169.254/latest/meta-data",
    "https://192.168.1.1/clip",
    "https://[fd00::1]/clip",
    "https://[::ffff:10.0.0.1]/clip",
    "https://user:password@127.0.0.1/clip",
    "https://2130706433/clip",
    "https://0x7f.1/clip",
    "//10.0.0.1/clip",
    "https://[::1",
    "http://[/",
    "https://",
    "/../secret",
    "/%2e%2e/secret",
    "/a/b/../../../c",
    "https://a.invalid\\@127.0.0.1/",
    "https://a.invalid/\tb",
]


@pytest.mark.parametrize("address", ASTRAY)
def test_a_clip_is_not_fetched_from_where_nobody_should_go(
    serve: Callable[..., Server], tmp_path: Path, address: str
) -> None:
    server = serve(lambda line: line.answer(b"", 302, Location=address))
    service = client(server.base)
    if ".." not in address and "%2e" not in address:  # in a redirect these stay with the service
        with pytest.raises(ProviderError, match="cannot be trusted"):
            service.fetch("/result", tmp_path / "clip", ignore)
        assert len(server.asked) == 1
    with pytest.raises(ProviderError, match="cannot be trusted"):
        service.fetch(address, tmp_path / "clip", ignore)
    assert not (tmp_path / "clip").exists()


def test_a_loop_of_redirects_ends(serve: Callable[..., Server], tmp_path: Path) -> None:
    server = serve(lambda line: line.answer(b"", 302, Location="/again"))
    with pytest.raises(ProviderError, match="from one address to the next"):
        client(server.base).fetch("/", tmp_path / "clip", ignore)
    assert len(server.asked) == 5


def test_a_redirect_is_not_followed_by_anything_but_a_download(serve: Callable[..., Server]) -> None:
    server = serve(lambda line: line.answer(b"", 302, Location="/elsewhere"))
    for act in (lambda s: s.ask("/"), lambda s: s.tell("DELETE", "/"), lambda s: s.give("PUT", f"{server.base}/")):
        with pytest.raises(ProviderError) as caught:
            act(client(server.base))
        assert "address in the preferences" in caught.value.problem.remedy
    assert len(server.asked) == 3


def test_an_old_link_is_told_from_a_key_that_is_wrong(serve: Callable[..., Server], tmp_path: Path) -> None:
    store, home = serve(lambda line: line.answer(b"<Error>", 403)), serve(lambda line: line.json({}, 403))
    service = client(home.base)
    with pytest.raises(ProviderError, match="has expired") as caught:
        service.fetch(f"{store.base}/clip", tmp_path / "clip", ignore)
    assert caught.value.problem.kind is Kind.SERVICE
    with pytest.raises(ProviderError) as caught:
        service.fetch("/clip", tmp_path / "clip", ignore)
    assert caught.value.problem.kind is Kind.KEY


CLIPS: dict[str, tuple[Behaviour, str]] = {
    "reset": (lambda line: line.answer(b"x" * 10, Content_Length="99") or line.reset(), "cannot be reached"),
    "cut short": (
        lambda line: line.answer(b"x" * 10, Content_Length="99") or line.hang_up(),
        "cannot be reached|a part",
    ),
    "silent": (lambda line: line.answer(b"x" * 10, Content_Length="99") or (line.wait() and None), "does not answer"),
    "dripping": (
        lambda line: line.answer(b"", Content_Length="900") or line.drip(b"x" * 900, 0.05),
        "does not answer",
    ),
    "dripping without a length": (
        lambda line: line.answer(b"", Content_Length="") or line.drip(b"x" * 900, 0.05),
        "does not answer",
    ),
    "without end": (lambda line: line.answer(b"", Content_Length="") or line.endlessly(bytes(1 << 16)), "without end"),
    "announced as endless": (lambda line: line.answer(b"", Content_Length="9" * 15), "without end"),
    "chunks cut short": (
        lambda line: line.answer(b"5\r\nxxxxx\r\n", Content_Length="", Transfer_Encoding="chunked") or line.hang_up(),
        "cannot be reached",
    ),
    "nothing": (lambda line: line.answer(status=204, Content_Length=""), "no clip"),
    "a part": (lambda line: line.answer(b"x", status=206, Content_Range="bytes 0-0/9"), "no clip"),
    "an error": (lambda line: line.json({"error": "Gone"}, 410), "Gone"),
    "a redirect to nowhere": (lambda line: line.answer(b"", 302), "refuses"),
}


@pytest.mark.parametrize("name", CLIPS)
def test_a_clip_that_does_not_come_whole_is_an_error(serve: Callable[..., Server], tmp_path: Path, name: str) -> None:
    behaviour, says = CLIPS[name]
    with pytest.raises(ProviderError, match=says):
        client(serve(behaviour).base, limits=QUICK).fetch("/clip", tmp_path / "clip", ignore)


def test_a_clip_that_comes_slowly_but_steadily_is_fetched(serve: Callable[..., Server], tmp_path: Path) -> None:
    clip = bytes(1 << 21)

    def steadily(line: Line) -> None:
        line.answer(b"", Content_Length=str(len(clip)))
        for _ in range(8):
            line.raw(bytes(1 << 18))
            line.wait(0.25)

    fractions: list[float] = []
    client(serve(steadily).base, limits=QUICK._replace(silence=30)).fetch("/", tmp_path / "clip", fractions.append)
    assert (tmp_path / "clip").stat().st_size == len(clip)
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_more_than_was_announced_is_not_taken_and_not_read_as_the_next_answer(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    poison = b'HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{"state": "bad"}'
    server = serve(
        lambda line: (
            line.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nclip" + poison)
            if line.asked.path == "/clip"
            else line.json({"state": "good"})
        )
    )
    service = client(server.base)
    service.fetch("/clip", tmp_path / "clip", ignore)
    assert (tmp_path / "clip").read_bytes() == b"clip"
    assert service.ask("/job").body == {"state": "good"}


def test_a_disk_that_is_full_is_not_taken_for_a_service_that_is_gone(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    if not Path("/dev/full").exists():
        pytest.fail("needs /dev/full")
    server = serve(lambda line: line.answer(bytes(1 << 20)))
    with pytest.raises(OSError, match="No space left"):
        client(server.base).fetch("/clip", Path("/dev/full"), ignore)
