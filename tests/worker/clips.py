"""The smallest files that are a whole video as far as their container goes."""

from __future__ import annotations


def box(kind: bytes, content: bytes) -> bytes:
    """One ISO base media box: its length, its kind, its content."""
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def mp4(seed: int = 0, size: int = 1000) -> bytes:
    """An MP4 of boxes alone, with `size` bytes of media that differ with `seed`."""
    media = (seed.to_bytes(8, "big") * (size // 8 + 1))[:size]
    return box(b"ftyp", b"isom\0\0\2\0isomiso2") + box(b"moov", box(b"mvhd", bytes(100))) + box(b"mdat", media)
