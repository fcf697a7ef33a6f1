"""HTTP as every adapter speaks it: bounded, checked, and without the key where it does not belong.

What surely did not reach a service is a `ProviderError`; a submission of which nobody knows is an
`UncertainSubmission`, and nothing here sends a request twice.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError

from ..core.errors import Kind, Problem, ProviderError
from ..core.provider import UncertainSubmission
from ..core.wording import say
from . import addresses, replies, secrecy, wire
from .answers import Answer, Lost, unreachable
from .replies import Reply as Reply
from .replies import plain as plain
from .replies import problem as problem
from .replies import said as said

log = logging.getLogger(__name__)

_HOPS = 5
_LONGEST_ID = 2048
_LONGEST_STATE = 40


class Account(NamedTuple):
    """Where a service is, without a slash at the end, and what opens it."""

    base: str
    key: str = ""


class Limits(NamedTuple):
    """How long things may take, in seconds, and how large they may be, in bytes.

    `connect`: to reach the service. `silence`: until the next byte. `answer`: a whole short answer, or each piece of a
    clip. `short`: the most in a short answer, `clip`: in a clip.
    """

    connect: float = 10.0
    silence: float = 60.0
    answer: float = 120.0
    short: int = 32 << 20
    clip: int = 20 << 30


class Access(NamedTuple):
    """What the preferences say at the moment. `online` is whether anything beyond this machine may be reached.

    `fixed`: whether that was decided when Blender was started, so that no preference changes it.
    """

    account: Callable[[], Account]
    online: Callable[[], bool]
    limits: Limits = Limits()
    fixed: Callable[[], bool] = lambda: False


class RefusedError(ProviderError):
    """The service answered, and not as hoped: `reply` says how."""

    def __init__(self, problem: Problem, reply: Reply) -> None:
        super().__init__(problem.message, problem.remedy, problem.kind, **problem.values)
        self.reply = reply
        self.wait = replies.retry_after(reply)


Explain = Callable[[Reply], Problem | None]
"""What a service's own words for an error mean; None: what its status says."""


def _nothing(_reply: Reply) -> None:
    return None


class Service:
    """One service. `authorize` makes the headers from the key. Safe to use from several threads."""

    def __init__(
        self, label: str, access: Access, authorize: Callable[[str], Mapping[str, str]], explain: Explain = _nothing
    ) -> None:
        self.label = label
        self._access = access
        self._authorize = authorize
        self._explain = explain
        self._local = threading.local()

    @property
    def account(self) -> Account:
        """Where the service is now, and the key."""
        account = self._access.account()
        secrecy.remember(account.key)
        return account

    def ask(self, path: str, params: Mapping[str, str] | None = None, *, tolerate: tuple[int, ...] = ()) -> Reply:
        """GET `path`. Raises `ProviderError`; an answer with a status in `tolerate` is no error."""
        return self._checked(self._send("GET", path, params=params), tolerate, asked=True)

    def tell(self, method: str, path: str, *, tolerate: tuple[int, ...] = (), **content: Any) -> Reply:
        """Send what may be sent more than once, such as a cancellation or an upload. Raises `ProviderError`.

        `content` is what `requests.request` calls json, data, files, headers and params.
        """
        return self._checked(self._send(method, path, **content), tolerate)

    def create(self, path: str, *, accepted: Callable[[Reply], str | None], **content: Any) -> str:
        """POST what makes a job, once. Returns the id that `accepted` finds in the answer, which may be any JSON.

        Raises `ProviderError` if the service surely has not taken it, `UncertainSubmission` if nobody knows.
        """
        try:
            reply = self._send("POST", path, fresh=True, **content)
        except Lost as error:
            raise UncertainSubmission(error.problem.what) from None
        if reply.status not in _SAYS_NO and not 200 <= reply.status < 300:
            raise UncertainSubmission(self._problem(reply).what)
        self._checked(reply, ())
        try:
            job_id = accepted(reply)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            log.warning("%s accepted a request in words that are not understood: %r", self.label, error)
            job_id = None
        if not job_id or not isinstance(job_id, str) or len(job_id) > _LONGEST_ID or not job_id.isprintable():
            raise UncertainSubmission(say("{service} answered without a job’s id.", service=self.label))
        return job_id

    def give(self, method: str, url: str, **content: Any) -> Reply:
        """Send a file to where the service wants it, without the key. Raises `ProviderError`."""
        return self._checked(self._send(method, url, with_key=False, **content), ())

    def fetch(
        self, url: str, target: Path, report: Callable[[float], None], *, params: Mapping[str, str] | None = None
    ) -> None:
        """Write what lies at `url` (or at a path of the service) to `target`, following redirects within reason.

        The key goes to the service's own host only. Raises `ProviderError`.
        """
        url = self._whole(url)
        for _ in range(_HOPS):
            with self._opened("GET", url, params=params) as answer:
                if answer.onward is None:
                    self._check_clip(url, answer)
                    answer.write(target, self._access.limits.clip, report)
                    return
            url, params = self._joined(url, answer.onward), None
        raise ProviderError("{service} sends from one address to the next.", "Try again later.", service=self.label)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Around what takes an answer apart: one of another shape than agreed is a `ProviderError` that may pass."""
        try:
            yield
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            log.warning("%s answered what is not understood", self.label, exc_info=error)
            raise ProviderError(
                "{service} answered something that is not understood.",
                "Try again later.",
                Kind.NETWORK,
                service=self.label,
            ) from None

    def unknown(self, state: str, wait: float = 0.0) -> ProviderError:
        """For a job in a state that nobody here knows. It may pass: the worker asks again after `wait` seconds or more,
        and when it has had enough of that, the take waits for a person to look.
        """
        error = ProviderError(
            "{service} calls the take “{state}”, which is not understood.",
            "Look there what becomes of it.",
            Kind.NETWORK,
            service=self.label,
            state=plain(self.hide(state), _LONGEST_STATE) or "–",
        )
        error.wait = wait
        return error

    def hide(self, text: str) -> str:
        """`text` without the key."""
        secrecy.remember(self._access.account().key)
        return secrecy.hide(text)

    def _send(self, method: str, path: str, *, with_key: bool = True, fresh: bool = False, **content: Any) -> Reply:
        """Send a request once. Redirects are not followed: they could lead anywhere."""
        url = self._whole(path)
        with self._opened(method, url, with_key=with_key, fresh=fresh, **content) as answer:
            return answer.read(self._access.limits.short)

    @contextmanager
    def _opened(
        self, method: str, url: str, *, with_key: bool = True, fresh: bool = False, **content: Any
    ) -> Iterator[Answer]:
        """An answer whose body is still to be read. `fresh`: over a connection that has not stood idle.

        The key goes along only where the service is.
        """
        own = self._is_own(url)
        if not own:
            addresses.check(url, self.label, near=addresses.is_loopback(self.account.base))
        self._check_online(url)
        headers = {"Accept-Encoding": "identity", **(self._authorize(self._key()) if with_key and own else {})}
        headers |= content.pop("headers", None) or {}
        near = addresses.is_loopback(url)
        session = wire.session(near=near) if fresh else self._session(near)
        limits = self._access.limits
        try:
            with wire.Exchange(limits.answer) as exchange:
                try:
                    with exchange.under_way():
                        response = session.request(
                            method,
                            url,
                            headers=headers,
                            allow_redirects=False,
                            timeout=(limits.connect, limits.silence),
                            auth=_as_it_is,
                            stream=True,
                            **content,
                        )
                except (OSError, HTTPError, UnicodeError) as error:
                    raise unreachable(self.label, error, exchange) from None
                with response:
                    yield Answer(self.label, response, exchange)
        finally:
            if fresh:
                session.close()

    def _key(self) -> str:
        key = self.account.key
        if not key.isascii() or not key.isprintable():
            raise ProviderError(
                "The key of {service} has characters that no key has.",
                "Enter it again in the preferences.",
                Kind.KEY,
                service=self.label,
            )
        return key

    def _session(self, near: bool) -> requests.Session:
        """The connections of this thread, those to this machine apart."""
        name = "near" if near else "far"
        session: requests.Session | None = getattr(self._local, name, None)
        if session is None:
            session = wire.session(near=near)
            setattr(self._local, name, session)
        return session

    def _check_clip(self, url: str, answer: Answer) -> None:
        if answer.status in (200, 203):
            return
        if answer.status in (401, 403, 404, 410) and not self._is_own(url):
            raise ProviderError("The link to {service}’s clip has expired.", "Look again.", service=self.label)
        self._checked(answer.read(self._access.limits.short), (), asked=True)
        raise ProviderError("{service} sent no clip.", "Look again.", service=self.label)

    def _checked(self, reply: Reply, tolerate: tuple[int, ...], *, asked: bool = False) -> Reply:
        if 200 <= reply.status < 300 or reply.status in tolerate:
            return reply
        problem = self._problem(reply)
        if asked and problem.kind is Kind.INPUT:  # a question has nothing of the person's that could be wrong
            problem = problem.model_copy(update={"kind": Kind.SERVICE, "remedy": "Try again later."})
        raise RefusedError(problem, reply)

    def _problem(self, reply: Reply) -> Problem:
        """What the adapter makes of an answer, else what its status says by itself."""
        try:
            explained = self._explain(reply)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            log.warning("%s explains itself in words that are not understood: %r", self.label, error)
            explained = None
        return replies.cleaned(explained or problem(self.label, reply, said(reply.body)))

    def _whole(self, path: str) -> str:
        base = self.account.base
        url = path if _has_scheme(path) else f"{base}{path}"
        if addresses.is_usable(url):
            return url
        if not addresses.is_usable(base):
            raise ProviderError(
                "The address of {service} is none: {address}.",
                "Correct it in the preferences; it begins with https:// or http://.",
                service=self.label,
                address=plain(self.hide(base)) or "–",
            )
        raise self._astray()

    def _joined(self, url: str, onward: str) -> str:
        try:
            return self._whole(urljoin(url, onward))
        except ValueError:
            raise self._astray() from None

    def _astray(self) -> ProviderError:
        return ProviderError(
            "{service} sends to an address that cannot be trusted.",
            "Look again later; if it stays so, tell the service.",
            service=self.label,
        )

    def _is_own(self, url: str) -> bool:
        return addresses.is_same(url, self.account.base)

    def _check_online(self, url: str) -> None:
        if not addresses.is_loopback(url) and not self._access.online():
            raise ProviderError(
                "Blender's online access is off, so {service} is not reached.",
                "Blender was started with it off: start it anew without that."
                if self._access.fixed()
                else "Turn on Allow Online Access in the preferences, under System.",
                Kind.OFFLINE,
                service=self.label,
            )


# What a service answers when it has surely not taken a request: it was wrong, too much, or sent to the wrong place.
_SAYS_NO = frozenset({301, 307, 308, *range(400, 500)} - {408})


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Instead of what a .netrc may hold."""
    return request


def _has_scheme(path: str) -> bool:
    return not path.startswith("/") and ":" in path
