"""What somebody who helps needs to know: versions, settings and the last of the logs, with nobody's secrets in it."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import platform
import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import bpy

from ..core.errors import SessionsError
from ..providers import catalog, secrecy
from ..storage import keys
from . import accounts, compat, places, runtime, settings, workers

_LINES = 60
_BYTES = 40_000
_SHORTEST = 2  # names as short as that are parts of everything
_HIDDEN = "•••"
_VARIABLES = ("HOME", "USERPROFILE", "USER", "USERNAME", "LOGNAME", "COMPUTERNAME", "HOSTNAME")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE), left)
    for pattern, left in (
        (r"(?<=//)[^/@\s]+@", ""),  # a name and a password in an address
        (r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", _HIDDEN),
        (r"([?&][^=&\s]+=)[^&\s\"']+", rf"\1{_HIDDEN}"),  # what is signed in an address
        # Whoever's folder it is: a name with blanks ends at the next separator, one at the end of a path at a blank.
        (
            r"((?:[/\\](?:Users|home|Documents(?: |%20)and(?: |%20)Settings)|(?<![\w./])(?:/run)?/media)[/\\]+)"
            r"(?:[^/\\\n\"'<>|:*?]{1,64}(?=[/\\])|[^/\\\s\"'<>|:*?,;)]+)",
            rf"\1{_HIDDEN}",
        ),
        (rf"(?<![\w:\\{_HIDDEN[0]}])(\\\\+)[\w.-]+(?=\\)", rf"\1{_HIDDEN}"),  # a machine on the network
        (r"([A-Za-z0-9_\-]{4})[A-Za-z0-9_\-]{20,}", r"\1…"),  # keys and ids
    )
)


def collect() -> str:
    """The text for the clipboard, in English whatever the interface is set to: it is for whoever reads reports."""
    lines = [
        f"Blender {compat.VERSION}, {platform.platform()}, Python {platform.python_version()}",
        f"Generative Sessions {_version()}, worker {'runs' if workers.is_running() else 'does not run'}",
        f"online access: {bpy.app.online_access}, language: {bpy.app.translations.locale}",
    ]
    said = settings.get()
    lines.append(f"default provider: {said.provider}, daily limit: {dict(said.daily_limit)}")
    for name, facts in catalog.PROVIDERS.items():
        usual = said.addresses.get(name, "") in ("", facts.base)
        key = "no key" if not accounts.has_key(name) else "key"
        lines.append(f"  {name}: {'usual address' if usual else 'own address'}, {key}, {_answer(name)}")
    if runtime.is_enabled():
        state = runtime.current()
        counts = f"{len(state.project.sessions)} sessions, {len(state.project.assets)} assets"
        lines.append(f"{counts}, {len(state.progress)} takes running")
        lines += [f"problem: {each}" for each in (state.blocked, state.unsaved, state.trouble) if each]
    for log in (places.log_file(), places.log_file().with_name("worker.log")):
        lines += ["", f"-- {log.name}", *_last_lines(log)]
    return clean("\n".join(lines))


def clean(text: str) -> str:
    """`text` without what names the user or the machine, or opens an account."""
    for provider_id, facts in catalog.PROVIDERS.items():
        with contextlib.suppress(SessionsError):
            secrecy.remember(keys.get(places.user_folder(""), provider_id, facts.variable))
    text = secrecy.hide(text)
    for name in _names():
        # As a word of its own, or with nothing but marks beside it: a name may be a part of any word.
        text = re.sub(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", _HIDDEN, text, flags=re.IGNORECASE)
    for pattern, left in _PATTERNS:
        text = pattern.sub(left, text)
    return text


def _names() -> list[str]:
    """What the user, the user's folder and the machine are called, in each form that a text may have, longest first."""
    home = Path.home()
    found = {str(home), home.as_posix(), home.name, platform.node(), platform.node().partition(".")[0]}
    found |= {os.environ.get(name, "") for name in _VARIABLES}
    found |= {urlsplit(each).hostname or "" for each in settings.get().addresses.values()} - _LOOPBACK
    with contextlib.suppress(OSError, KeyError, ImportError):
        found.add(getpass.getuser())
    forms = {form for name in found if len(name) > _SHORTEST for form in _forms(name)}
    return sorted(forms, key=lambda form: (-len(form), form))


def _forms(name: str) -> Iterator[str]:
    for composed in (unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)):
        yield composed
        yield quote(composed)
        yield json.dumps(composed)[1:-1]
        yield repr(composed)[1:-1]


def _answer(provider_id: str) -> str:
    found = accounts.answer(provider_id)
    if found is None:
        return "not asked"
    return str(found.problem or found.said or "being asked")


def _version() -> str:
    module = sys.modules.get(places.PACKAGE)
    manifest = Path(str(module.__file__)).with_name("blender_manifest.toml") if module else Path()
    found = re.search(r'^version = "(.+)"', manifest.read_text("utf-8"), re.MULTILINE) if manifest.is_file() else None
    return found[1] if found else "unknown"


def _last_lines(log: Path) -> list[str]:
    try:
        data = log.read_bytes()[-_BYTES:]
    except OSError:
        return ["(none)"]
    return data.decode("utf-8", errors="replace").splitlines()[-_LINES:]
