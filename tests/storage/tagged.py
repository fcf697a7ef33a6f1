"""Small files with tags, made byte by byte as the specifications of their formats have it."""

from __future__ import annotations

import zlib


def box(kind: bytes, *content: bytes) -> bytes:
    """A box of MP4 and QuickTime."""
    body = b"".join(content)
    return (8 + len(body)).to_bytes(4, "big") + kind + body


def _data(text: str, kind: int = 1) -> bytes:
    return box(b"data", kind.to_bytes(4, "big"), bytes(4), text.encode("utf-16-be" if kind == 2 else "utf-8"))


def _handler(kind: bytes) -> bytes:
    return box(b"hdlr", bytes(8), kind, bytes(13))


def keyed(tags: dict[str, str]) -> bytes:
    """What a `meta` box holds whose names are in `keys`."""
    keys = [(8 + len(name)).to_bytes(4, "big") + b"mdta" + name.encode() for name in tags]
    items = [box(number.to_bytes(4, "big"), _data(text)) for number, text in enumerate(tags.values(), 1)]
    table = box(b"keys", bytes(4), len(keys).to_bytes(4, "big"), *keys)
    return _handler(b"mdta") + table + box(b"ilst", *items)


def mp4(tags: dict[str, str], *, seconds: int = 0) -> bytes:
    """An MP4 file with `tags` by name; `seconds` since 1904 is when it was made."""
    header = box(b"mvhd", bytes(4), seconds.to_bytes(4, "big"), bytes(92))
    meta = box(b"meta", bytes(4), keyed(tags))
    moov = box(b"moov", header, box(b"trak", bytes(40)), box(b"udta", meta))
    return box(b"ftyp", b"isom", bytes(4)) + box(b"free") + box(b"mdat", bytes(64)) + moov


def mov(tags: dict[str, str]) -> bytes:
    """A QuickTime file, whose `meta` lies in `moov` and has no version."""
    named = {f"com.apple.quicktime.{name}": text for name, text in tags.items()}
    return box(b"ftyp", b"qt  ", bytes(4)) + box(b"mdat", bytes(64)) + box(b"moov", box(b"meta", keyed(named)))


def itunes(comment: str, own: dict[str, str], *, kind: int = 1) -> bytes:
    """An MP4 file with a comment as iTunes has it, and tags of anybody's own names."""
    items = [box(b"\xa9cmt", _data(comment, kind)), box(b"covr", _data("picture", 13))]
    for name, text in own.items():
        mean, named = box(b"mean", bytes(4), b"com.example"), box(b"name", bytes(4), name.encode())
        items.append(box(b"----", mean, named, _data(text)))
    meta = box(b"meta", bytes(4), _handler(b"mdir"), box(b"ilst", *items))
    return box(b"ftyp", b"isom", bytes(4)) + box(b"moov", box(b"udta", meta)) + box(b"mdat", bytes(8))


def quicktime(comment: str) -> bytes:
    """A QuickTime file with a comment as it was before there was `meta`."""
    text = comment.encode()
    user = box(b"udta", box(b"\xa9cmt", len(text).to_bytes(2, "big"), b"\x15\xc7", text), bytes(4))
    return box(b"moov", user) + box(b"mdat", bytes(8))


def element(kind: int, *content: bytes, unknown: bool = False) -> bytes:
    """An element of Matroska, its length in eight bytes."""
    body = b"".join(content)
    length = (0x01 << 56 | (0xFFFFFFFFFFFFFF if unknown else len(body))).to_bytes(8, "big")
    return kind.to_bytes((kind.bit_length() + 7) // 8, "big") + length + body


def webm(tags: dict[str, str], *, live: bool = False) -> bytes:
    """A WebM file with tags behind its pictures; `live`: without lengths, as it is written while it is made."""
    simple = [
        element(0x67C8, element(0x45A3, name.encode()), element(0x4487, text.encode())) for name, text in tags.items()
    ]
    cluster = element(0x1F43B675, element(0xE7, b"\0"), element(0xA3, bytes(30)), unknown=live)
    info = element(0x1549A966, element(0x4461, (10**18).to_bytes(8, "big")), element(0x5741, b"writer"))
    parts = [
        element(0xEC, bytes(9)),
        info,
        cluster,
        cluster,
        element(0x1254C367, element(0x7373, element(0x63C0), *simple)),
    ]
    head = element(0x1A45DFA3, element(0x4282, b"webm"))
    return head + element(0x18538067, *parts, unknown=live)


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of PNG."""
    return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")


def png(*chunks: bytes) -> bytes:
    """A PNG file with chunks between its header and its end."""
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + b"".join(chunks) + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")
    )


def riff(form: bytes, *parts: tuple[bytes, bytes]) -> bytes:
    """A RIFF file: WebP, AVI."""
    body = form + b"".join(
        kind + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2) for kind, content in parts
    )
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def avi(comment: str) -> bytes:
    """An AVI file with a comment."""
    text = comment.encode() + b"\0"
    info = b"INFO" + b"ICMT" + len(text).to_bytes(4, "little") + text + bytes(len(text) % 2)
    return riff(b"AVI ", (b"LIST", b"hdrl" + bytes(8)), (b"LIST", info), (b"LIST", b"movi" + bytes(30)))


def exif(fields: dict[int, bytes], comment: bytes = b"", order: str = "little") -> bytes:
    """Exif with text fields, and a user comment as it is written with its first eight letters."""
    put = lambda number, size: number.to_bytes(size, order)  # type: ignore[arg-type]  # noqa: E731
    count = len(fields) + 1
    place = 8 + 2 + 12 * count + 4
    entries, values = b"", b""
    for tag, text in fields.items():
        entries += put(tag, 2) + put(2, 2) + put(len(text), 4) + put(place + len(values), 4)
        values += text
    inner = place + len(values)
    entries += put(0x8769, 2) + put(4, 2) + put(1, 4) + put(inner, 4)
    more = put(1, 2) + put(0x9286, 2) + put(7, 2) + put(len(comment), 4) + put(inner + 18, 4) + put(0, 4)
    start = b"II*\0" if order == "little" else b"MM\0*"
    return start + put(8, 4) + put(count, 2) + entries + put(0, 4) + values + more + comment


def webp(data: bytes) -> bytes:
    """A WebP picture with Exif."""
    return riff(b"WEBP", (b"VP8X", bytes(10)), (b"VP8 ", bytes(21)), (b"EXIF", data))
