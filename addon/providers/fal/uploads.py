"""Bringing a person's files to fal: tiny ones inside the request, others by its storage."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from ...core.errors import InputError, Kind, ProviderError
from ...core.models import Input, Role
from .. import addresses, http
from .hosts import LABEL

LARGEST = 90 * 1000 * 1000
"""How many bytes go up in one piece: fal's own client sends more in several."""

_TINY = 16 * 1024
_KINDS = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".flac": "audio/flac",
}


def upload(storage: http.Service, inputs: Sequence[Input]) -> dict[Role, list[str]]:
    """Make the files reachable for fal; returns their addresses. May be repeated.

    Raises `InputError` if one cannot be read, `ProviderError` if it cannot be sent. No file's name leaves the machine.
    """
    found: dict[Role, list[str]] = {}
    for each in inputs:
        found.setdefault(each.role, []).append(_address(storage, Path(each.path)))
    return found


def _address(storage: http.Service, file: Path) -> str:
    kind = _KINDS.get(file.suffix.lower(), "application/octet-stream")
    try:
        size = file.stat().st_size
        if size > LARGEST:
            raise InputError(
                "The file {path} has {size:,} bytes; {service} takes {most:,}.",
                "Use a smaller file.",
                path=str(file),
                size=size,
                service=LABEL,
                most=LARGEST,
            )
        if size <= _TINY:
            return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode('ascii')}"
        with file.open("rb") as content:
            upload_url, file_url = _place(
                storage, f"input{file.suffix.lower() if kind in _KINDS.values() else ''}", kind
            )
            storage.give("PUT", upload_url, data=content, headers={"Content-Type": kind})
    except OSError as error:
        raise InputError(
            "The file {path} cannot be read: {reason}.",
            "Choose another file.",
            path=str(file),
            reason=(error.strerror or type(error).__name__).lower(),
        ) from error
    return file_url


def _place(storage: http.Service, name: str, kind: str) -> tuple[str, str]:
    """Where to put a file, and where it is then."""
    reply = storage.tell(
        "POST",
        "/storage/upload/initiate",
        params={"storage_type": "fal-cdn-v3"},
        json={"file_name": name, "content_type": kind},
    )
    with storage.reading():
        upload_url, file_url = reply.body["upload_url"], reply.body["file_url"]
        if not isinstance(upload_url, str) or not isinstance(file_url, str):
            raise TypeError("addresses are texts")
    near = addresses.is_loopback(storage.account.base)
    if not file_url.startswith(("https://", "http://") if near else "https://"):
        raise ProviderError("{service} has no place for a file.", "Try again later.", Kind.SERVICE, service=LABEL)
    return upload_url, file_url
