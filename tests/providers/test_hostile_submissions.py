"""What becomes of a take when its service breaks every rule while the request is sent: behaviour by behaviour.

Each is met by the worker's own runner with a real adapter over real sockets. What holds for all of them (`behaviours`):
the request is received as often as the table says, no key is anywhere, no file is left over, a job that was accepted is
never forgotten, and once the service behaves again, looking again brings the clip without another request.
"""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from addon.core.models import TakeState
from addon.providers import http

from .behaviours import (
    CHECK_KEY,
    FAILED,
    HASTY,
    LOOK_THERE,
    MAYBE,
    NETWORK,
    PATIENT,
    SUCCEEDED,
    TRICKY,
    UNCERTAIN,
    Met,
    bomb,
    creating,
    endless,
    error,
    html,
    leads_to,
    meet,
    refusing,
    set_all,
    silent,
    status,
    welcome,
)
from .clients import Studio
from .hostile import Line, reset_unread
from .plain import KEY, Plain, PlainServer, always, at_first

BEHAVIOURS: dict[str, Met] = {
    # While the request is sent.
    "create: connection reset before the request is read": Met(
        welcome(reset_unread), UNCERTAIN, MAYBE + "cannot be reached", LOOK_THERE, 0, False
    ),
    "create: reset after the request was read": creating(Line.reset, "cannot be reached: connection reset by peer."),
    "create: closed without an answer": creating(Line.hang_up, "cannot be reached: the connection was lost."),
    "create: silent": creating(silent, "cannot be reached: it does not answer.", HASTY),
    "create: headers drop by drop": creating(
        lambda line: line.drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 900, 0.1),
        "cannot be reached: it does not answer.",
        HASTY,
    ),
    "create: body drop by drop": creating(
        lambda line: line.answer(b"", Content_Length="900") or line.drip(b" " * 900, 0.1),
        "cannot be reached: it does not answer.",
        HASTY,
    ),
    "create: reset within the answer": creating(
        lambda line: line.answer(b'{"id"', Content_Length="50") or line.reset(), "cannot be reached"
    ),
    "create: answer cut short": creating(
        lambda line: line.answer(b'{"id": "job-1"}', Content_Length="50") or line.hang_up(), ""
    ),
    "create: answer without end": creating(endless, "answers without end."),
    "create: compressed bomb": creating(bomb, "answers without end."),
    "create: HTML for JSON": creating(html, "answered without a job’s id."),
    "create: a list for an object": creating(lambda line: line.json([]), "answered without a job’s id."),
    "create: a number for an id": creating(lambda line: line.json({"id": 7}), "answered without a job’s id."),
    "create: an id with NUL": creating(lambda line: line.json({"id": "a\0b"}), "answered without a job’s id."),
    "create: an id of 5,000 characters": creating(
        lambda line: line.json({"id": "x" * 5000}), "answered without a job’s id."
    ),
    "create: redirected with 303": creating(leads_to("/elsewhere"), "refuses (HTTP 302)."),
    "create: 408": creating(error(408), "says: Not now."),
    "create: 500": creating(error(500), "says: Not now."),
    "create: 502 in HTML": creating(lambda line: line.answer(b"<html>", 502), "refuses (HTTP 502)."),
    "create: 503 with Retry-After": creating(error(503, Retry_After="1"), "says: Not now."),
    "create: 504": creating(error(504), "says: Not now."),
    "create: 400 with issues": Met(
        set_all(
            create=lambda: always(
                lambda line: line.json(
                    {"error": "Validation failed", "issues": [{"path": ["prompt"], "message": "too long"}]}, 400
                )
            )
        ),
        FAILED,
        "Plain says: Validation failed.",
        "Change what it names, then generate again.",
        1,
        False,
    ),
    "create: 401": refusing(401, "Plain says: Not like this.", "Enter the service's key in the preferences."),
    "create: 402": refusing(402, "Plain says: Not like this.", "Add credit at the service, then try again."),
    "create: 403": refusing(403, "Plain says: Not like this.", "Check at the service what the key may do."),
    "create: 404": refusing(404, "Plain says: Not like this.", "Look at the service what became of it."),
    "create: 409": refusing(409, "Plain says: Not like this.", "Try again later."),
    "create: 413": refusing(413, "Plain says: Not like this.", "Use smaller files."),
    "create: 422": refusing(422, "Plain says: Not like this.", "Change what it names, then generate again."),
    "create: redirected with 308": refusing(
        308,
        "Plain says: Not like this.",
        "Check the address in the preferences: the service has moved, or wants https.",
        Location="/elsewhere",
    ),
    "create: 429 for ever": refusing(429, "Plain says: Not like this.", "Wait a while.", 3),
    "create: 429 with Retry-After, then accepted": Met(
        set_all(create=lambda: at_first(error(429, Retry_After="1"))),
        SUCCEEDED,
        "Plain says: Not now. Trying again.",
        "",
        2,
    ),
    "create: key echoed in the error": Met(
        set_all(create=lambda: always(lambda line: line.json({"error": CHECK_KEY}, 401, X_Key=KEY))),
        FAILED,
        "Plain says: Bad key •••.",
        "Enter the service's key in the preferences.",
        1,
        False,
    ),
    "create: key echoed where the text is cut": Met(
        set_all(create=lambda: always(lambda line: line.json({"error": "x" * 285 + KEY + "y" * 300}, 400))),
        FAILED,
        "Plain says: xxx",
        "Change what it names, then generate again.",
        1,
        False,
    ),
    "create: tricky words of 5,000 characters": Met(
        set_all(create=lambda: always(lambda line: line.json({"error": TRICKY}, 400))),
        FAILED,
        "Plain says: ../../etc/passwd [31mAAAA",
        "Change what it names, then generate again.",
        1,
        False,
    ),
}


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_service_that_breaks_the_rules_loses_no_take_no_money_and_no_key(
    server: PlainServer, tmp_path: Path, name: str
) -> None:
    meet(BEHAVIOURS[name], server, tmp_path)


def test_a_service_that_is_not_there_has_not_been_sent_anything(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    studio = Studio(tmp_path / "project", Plain(http.Access(lambda: http.Account(base, KEY), lambda: True)))
    (take,) = studio.until_at_rest(*studio.generate())
    assert take.state is FAILED
    assert take.problem and str(take.problem) == f"Plain cannot be reached: connection refused. {NETWORK}"
    assert studio.passing.count("Plain cannot be reached: connection refused. Trying again.") == 2


def test_a_service_that_comes_up_late_is_reached(server: PlainServer, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nowhere = f"http://127.0.0.1:{listener.getsockname()[1]}"
    bases = at_first_base = iter([nowhere] * 4)
    access = http.Access(lambda: http.Account(next(at_first_base, server.base), KEY), lambda: True)
    studio = Studio(tmp_path / "project", Plain(access))
    (take,) = studio.until_at_rest(*studio.generate())
    assert take.state is SUCCEEDED
    assert server.count("POST") == 1
    assert next(bases, None) is None


def test_offline_nothing_leaves_and_the_way_out_is_said(tmp_path: Path) -> None:
    access = http.Access(lambda: http.Account("https://plain.invalid", KEY), lambda: False)
    studio = Studio(tmp_path / "project", Plain(access))
    (take,) = studio.until_at_rest(*studio.generate())
    assert take.state is FAILED
    assert take.problem and str(take.problem) == (
        "Blender's online access is off, so Plain is not reached. "
        "Turn on Allow Online Access in the preferences, under System."
    )


def test_a_cancelled_take_that_cannot_be_told_is_polled_on_until_its_end(server: PlainServer, tmp_path: Path) -> None:
    server.poll = always(status("running", progress=0.5))
    access = http.Access(lambda: http.Account(server.base, KEY), lambda: True, PATIENT)
    studio = Studio(tmp_path / "project", Plain(access))
    (take_id,) = studio.generate()
    studio.until(lambda: server.count("GET") > 2)
    studio.cancel(take_id)
    studio.until(lambda: server.count("DELETE") == 1)
    server.be_good()
    (take,) = studio.until_at_rest(take_id)
    assert take.state in (SUCCEEDED, TakeState.CANCELLED)
    assert server.count("POST") == 1
