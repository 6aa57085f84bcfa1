"""The whole of a small text file, inflated by the quickest means there is.

Whatever is not in order - an unknown method, a wrong checksum, more or less than announced - is
`NotPlain` here; `Part.open` then says what is wrong with it.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from types import ModuleType

from cspanalysis.sources import archive, csv_lines
from cspanalysis.sources.archive import Part

inflating: ModuleType
try:
    from isal import isal_zlib as inflating
except ImportError:  # no wheel for this machine
    inflating = zlib

_BOM = b"\xef\xbb\xbf"
#: Packed bytes at a time: what they unpack to stays in the processor's cache, and is bounded.
_STEP = 128 * 1024
_LOCAL_HEADER, _MEMBER = 30, b"PK\x03\x04"
_FAULTS: tuple[type[Exception], ...] = (
    OSError,
    ValueError,
    KeyError,
    zipfile.BadZipFile,
    zlib.error,
    inflating.error,
)


class NotPlain(Exception):
    """Something about the file is not in order; `Part.open` will say what."""


def pieces(part: Part) -> Iterator[bytes]:
    """A part's content in pieces, without byte-order mark, line ends LF.

    Its size is known, and never more than that is unpacked. NotPlain where it is not in order,
    maybe after some pieces.
    """
    is_first, held = True, b""
    try:
        for piece in _pieces(part):
            if is_first:
                piece, is_first = piece.removeprefix(_BOM), False
            elif held:
                piece = held + piece
            # A CR at the end may be half of a CRLF.
            held = b"\r" if piece.endswith(b"\r") else b""
            yield csv_lines.with_lf(piece[:-1] if held else piece)
    except _FAULTS as error:
        raise NotPlain from error
    if held:
        yield b"\n"


def _pieces(part: Part) -> Iterator[bytes]:
    if part.path.suffix.lower() != ".zip":
        with part.path.open("rb") as stream:
            while piece := stream.read(4 * _STEP):
                yield piece
        return
    info = archive.member(part)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError("another method")
    inflate = inflating.decompressobj(-zlib.MAX_WBITS)
    left, size, checksum = info.compress_size, 0, 0
    with part.path.open("rb") as stream:
        stream.seek(info.header_offset)
        header = stream.read(_LOCAL_HEADER)
        if header[:4] != _MEMBER:
            raise ValueError("no member here")
        names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        stream.seek(names, 1)
        while left > 0:
            packed = stream.read(min(_STEP, left))
            if not packed:
                raise ValueError("cut short")
            left -= len(packed)
            is_deflated = info.compress_type == zipfile.ZIP_DEFLATED
            piece = inflate.decompress(packed) if is_deflated else packed
            size += len(piece)
            checksum = inflating.crc32(piece, checksum)
            if size > info.file_size:
                raise ValueError("more than announced")
            yield piece
    rest = inflate.flush() if info.compress_type == zipfile.ZIP_DEFLATED else b""
    if size + len(rest) != info.file_size or inflating.crc32(rest, checksum) != info.CRC:
        raise ValueError("another content than announced")
    yield rest
