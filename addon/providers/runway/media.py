"""Input files on their way to Runway: within the request where they are small enough, else uploaded before it."""

from __future__ import annotations

import base64
from pathlib import Path

from ...core.capabilities import Media
from ...core.errors import InputError, Kind, ProviderError
from ...core.models import Input, Role
from ..http import RefusedError, Service

_IMAGES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}
_VIDEOS = {".mp4": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm", ".mkv": "video/x-matroska"}
_AUDIO = {".mp3": "audio/mpeg", ".wav": "audio/wav", ".flac": "audio/flac", ".m4a": "audio/mp4", ".ogg": "audio/ogg"}
_TYPES = {Media.IMAGE: _IMAGES, Media.VIDEO: _VIDEOS, Media.AUDIO: _AUDIO}
_MEDIA = {Role.VIDEO: Media.VIDEO, Role.AUDIO: Media.AUDIO}

# Characters of a data: URI at most, and bytes of an upload (OpenAPI document of 2026-08-08, docs/assets/inputs).
_MOST_WITHIN = {Media.IMAGE: 5_242_880, Media.VIDEO: 16_777_216, Media.AUDIO: 16_777_216}
_MOST_UPLOAD = 200_000_000


def check(each: Input) -> None:
    """Raise `InputError` unless the file is there, of a type that Runway takes, and not too large for it."""
    path = Path(each.path)
    if _type(each) is None:
        raise InputError(
            "Runway does not take files such as {path} for this.",
            "Choose one of: {types}.",
            path=each.path,
            types=", ".join(sorted(_TYPES[_media(each)])),
        )
    try:
        size = path.stat().st_size
    except OSError:
        size = 0
    if not size:
        raise InputError("The file {path} is not there, or empty.", "Choose another one.", path=each.path)
    if size > _MOST_UPLOAD:
        raise InputError(
            "The file {path} is larger than Runway takes: {size:,} MB of at most {most:,}.",
            "Choose a smaller one.",
            path=each.path,
            size=size // 1_000_000,
            most=_MOST_UPLOAD // 1_000_000,
        )


class Sender:
    """Brings the files of one request to Runway."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._room = max(_MOST_WITHIN.values())

    def uri(self, each: Input) -> str:
        """A URI by which Runway has the file. Uploads it if it must. Raises `ProviderError`, `InputError`."""
        check(each)
        kind = _type(each) or ""
        try:
            data = Path(each.path).read_bytes()
        except OSError as error:
            raise ProviderError(
                "The file {path} cannot be read: {reason}.",
                "Choose another one.",
                Kind.FILE,
                path=each.path,
                reason=error.strerror or str(error),
            ) from error
        head = f"data:{kind};base64,"
        length = len(head) + (len(data) + 2) // 3 * 4
        if length > min(self._room, _MOST_WITHIN[_media(each)]):
            return self._upload(f"input{Path(each.path).suffix.lower()}", kind, data)
        self._room -= length
        return head + base64.b64encode(data).decode("ascii")

    def _upload(self, name: str, kind: str, data: bytes) -> str:
        """It is there for 24 hours. Its own name says nothing about the person's folders."""
        reply = self._service.tell("POST", "/v1/uploads", json={"filename": name, "type": "ephemeral"})
        with self._service.reading():
            url, uri = str(reply.body["uploadUrl"]), str(reply.body["runwayUri"])
            fields = {str(field): str(value) for field, value in reply.body["fields"].items()}
            if not uri.startswith("runway://"):
                raise ValueError(uri)
        try:
            self._service.give("POST", url, data=fields, files={"file": (name, data, kind)})
        except RefusedError as error:
            raise ProviderError(
                "Runway’s storage did not take an input file (HTTP {status}).",
                "Try again later.",
                Kind.NETWORK,
                status=error.reply.status,
            ) from error
        return uri


def _media(each: Input) -> Media:
    return _MEDIA.get(each.role, Media.IMAGE)


def _type(each: Input) -> str | None:
    return _TYPES[_media(each)].get(Path(each.path).suffix.lower())
