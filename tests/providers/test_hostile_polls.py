"""What becomes of a take when its service breaks every rule while it is asked after: behaviour by behaviour.

Each is met by the worker's own runner with a real adapter over real sockets. What holds for all of them (`behaviours`):
the request is received as often as the table says, no key is anywhere, no file is left over, a job that was accepted is
never forgotten, and once the service behaves again, looking again brings the clip without another request.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from .behaviours import (
    CHECK_KEY,
    FAILED,
    GOES_ON,
    HASTY,
    NETWORK,
    NOT_UNDERSTOOD,
    SUCCEEDED,
    TRICKY,
    Met,
    always_at,
    backwards,
    bomb,
    endless,
    error,
    html,
    leads_to,
    meet,
    once_at,
    set_all,
    silent,
    status,
)
from .hostile import Line
from .plain import PlainServer

BEHAVIOURS: dict[str, Met] = {
    # While it is asked after.
    "poll: reset once": once_at("poll", Line.reset, "Plain cannot be reached: connection reset by peer. Trying again."),
    "poll: reset for ever": always_at(
        "poll",
        Line.reset,
        "Plain cannot be reached: connection reset by peer." + GOES_ON,
        NETWORK + " Then look again.",
    ),
    "poll: closed for ever": always_at(
        "poll",
        Line.hang_up,
        "Plain cannot be reached: the connection was lost." + GOES_ON,
        NETWORK + " Then look again.",
    ),
    "poll: silent once": once_at("poll", silent, "Plain cannot be reached: it does not answer. Trying again.", HASTY),
    "poll: 400": always_at("poll", error(400), "Plain says: Not now." + GOES_ON, "Try again later. Then look again."),
    "poll: 401": always_at(
        "poll",
        error(401),
        "Plain says: Not now." + GOES_ON,
        "Enter the service's key in the preferences. Then look again.",
    ),
    "poll: 403": always_at(
        "poll",
        error(403),
        "Plain says: Not now." + GOES_ON,
        "Check at the service what the key may do. Then look again.",
    ),
    "poll: 404": always_at(
        "poll", error(404), "Plain says: Not now.", "Look at the service what became of it.", state=FAILED
    ),
    "poll: 429 with Retry-After": once_at("poll", error(429, Retry_After="1"), "Plain says: Not now. Trying again."),
    "poll: 429 without Retry-After, thrice": once_at("poll", error(429), "Plain says: Not now. Trying again.", times=3),
    "poll: 429 for ever": always_at(
        "poll", error(429), "Plain says: Not now." + GOES_ON, "Wait a while. Then look again."
    ),
    "poll: 500 once": once_at("poll", error(500), "Plain says: Not now. Trying again."),
    "poll: 503 for ever": always_at(
        "poll", error(503), "Plain says: Not now." + GOES_ON, "Try again later. Then look again."
    ),
    "poll: HTML for JSON once": once_at("poll", html, NOT_UNDERSTOOD + " Trying again."),
    "poll: HTML for JSON for ever": always_at(
        "poll", html, NOT_UNDERSTOOD + GOES_ON, "Try again later. Then look again."
    ),
    "poll: wrong types once": once_at(
        "poll", lambda line: line.json({"id": "job-1", "state": ["running"], "progress": "lots"}), NOT_UNDERSTOOD
    ),
    "poll: an unknown state for ever": always_at(
        "poll", status("pondering"), NOT_UNDERSTOOD + GOES_ON, "Try again later. Then look again."
    ),
    "poll: huge numbers, then done": once_at(
        "poll",
        lambda line: line.answer(b'{"id": "job-1", "state": "running", "progress": 1%s}' % (b"0" * 4000)),
        "Generating",
    ),
    "poll: no numbers, then done": once_at(
        "poll", lambda line: line.answer(b'{"id": "job-1", "state": "running", "progress": NaN}'), "Generating"
    ),
    "poll: nested 100,000 deep once": once_at(
        "poll", lambda line: line.answer(b"[" * 100_000 + b"]" * 100_000), NOT_UNDERSTOOD
    ),
    "poll: progress going backwards": Met(set_all(poll=backwards), SUCCEEDED, "Generating"),
    "poll: another job's answer once": once_at(
        "poll", lambda line: line.json({"id": "job-2", "state": "failed"}), NOT_UNDERSTOOD
    ),
    "poll: another job's answer for ever": always_at(
        "poll",
        lambda line: line.json({"id": f"job-{next(_numbers)}", "state": "succeeded"}),
        NOT_UNDERSTOOD + GOES_ON,
        "Try again later. Then look again.",
    ),
    "poll: answer without end": always_at(
        "poll", endless, "Plain answers without end." + GOES_ON, "Try again later. Then look again."
    ),
    "poll: compressed bomb": always_at(
        "poll", bomb, "Plain answers without end." + GOES_ON, "Try again later. Then look again."
    ),
    "poll: redirected to another host": always_at(
        "poll",
        leads_to("https://elsewhere.invalid/"),
        "Plain refuses (HTTP 302)." + GOES_ON,
        "Check the address in the preferences: the service has moved, or wants https. Then look again.",
    ),
    "poll: key echoed in a failure": always_at(
        "poll",
        status("failed", note=CHECK_KEY),
        "Plain could not make this take: Bad key •••.",
        "Change the request, or try again.",
        state=FAILED,
    ),
    "poll: tricky words in a failure": always_at(
        "poll",
        status("failed", note=TRICKY),
        "Plain could not make this take: ../../etc/passwd [31mAAAA",
        "Change the request, or try again.",
        state=FAILED,
    ),
    "poll: half a character in a failure": always_at(
        "poll",
        lambda line: line.answer(rb'{"id": "job-1", "state": "failed", "note": "a\ud800b"}'),
        "Plain could not make this take: a?b.",
        "Change the request, or try again.",
        state=FAILED,
    ),
    "poll: a date of the last century": once_at(
        "poll",
        error(503, Date="Sun, 06 Nov 1994 08:49:37 GMT", Retry_After="Sun, 06 Nov 1994 08:49:38 GMT"),
        "Plain says",
    ),
    "poll: a date yet to come": once_at("poll", error(503, Retry_After="Sun, 06 Nov 1994 08:49:37 GMT"), "Plain says"),
}

_numbers = count(2)


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_service_that_breaks_the_rules_loses_no_take_no_money_and_no_key(
    server: PlainServer, tmp_path: Path, name: str
) -> None:
    meet(BEHAVIOURS[name], server, tmp_path)
