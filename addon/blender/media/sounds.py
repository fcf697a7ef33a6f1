"""Sound files made small enough for a service, or of a kind that it takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .answers import HAS_SOUND, Answer, Impossible, file_name, look, too_large

_LOSSLESS = (".wav", ".flac", ".aif", ".aiff", ".caf")
_MP3_KBITS = (192, 128, 96, 64, 32)
_MOST_RATE = 48_000  # of MP3, in samples per second
_BUFFER = 4096


def fit(order: dict[str, Any]) -> Answer:
    """WAV with 16 bits of what was lossless, then MP3 of falling quality. Raises `Impossible`."""
    file = order["file"]
    if not HAS_SOUND:
        raise Impossible("“{file}” cannot be converted: this Blender knows no sound.", file=file_name(file))
    known = look(order)
    for kbits in (*((0,) if Path(file).suffix.lower() in _LOSSLESS else ()), *_MP3_KBITS):
        made = _written(file, order["out"], kbits)
        if not order["size"] or made.stat().st_size <= order["size"]:
            return {**known, "file": str(made)}
        made.unlink()
    raise too_large(order)


def _written(file: str, out: str, kbits: int) -> Path:
    """The sound with `kbits` a second as MP3, or as WAV (0), of at most two channels."""
    import aud

    made = Path(out + (".mp3" if kbits else ".wav"))
    container, codec = (aud.CONTAINER_MP3, aud.CODEC_MP3) if kbits else (aud.CONTAINER_WAV, aud.CODEC_PCM)
    sound = aud.Sound.file(file)
    rate, channels = sound.specs
    if channels > 2:
        channels, sound = 2, sound.rechannel(2)
    if rate > _MOST_RATE:
        rate, sound = _MOST_RATE, sound.resample(_MOST_RATE, 3)
    try:
        sound.write(str(made), int(rate), int(channels), aud.FORMAT_S16, container, codec, kbits * 1000, _BUFFER)
    except aud.error as error:
        raise Impossible(
            "“{file}” cannot be converted: {error}.", file=file_name(file), error=str(error).rstrip(".")
        ) from error
    return made
