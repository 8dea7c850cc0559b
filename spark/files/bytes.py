"""The bytes of a file as clean UTF-8: unzipped, without byte order mark, refused early where they are no table."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from pathlib import Path
from typing import Protocol

from spark.errors import Fault, UsageError

CHUNK = 1 << 20
LONGEST_LINE = 1 << 20
"""Bytes; a line that is longer is taken for a mistake before it fills the memory."""

_MAGIC = (
    (b"PK\x03\x04", "an Excel workbook or another zip archive; save the sheet as CSV (UTF-8)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save the sheet as CSV (UTF-8)"),
    (b"%PDF", "a PDF"),
    (b"PAR1", "a Parquet file; save it as CSV"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"{\\rtf", "a rich text document"),
)
_BYTE_ORDER = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class UnreadableError(Exception):
    """A file that cannot be taken for a table; holds the one fault."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(str(fault))


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def text_bytes(path: Path, file: str, encoding: str) -> bytes:
    """Return the content of a file as UTF-8.

    Parameters
    ----------
    path : the file; gzip is recognised by its content.
    file : how messages call it.
    encoding : what the file is encoded in.

    Raises
    ------
    UnreadableError
        If the file cannot be opened or unzipped, is binary or in another encoding, or has a line above
        `LONGEST_LINE`.
    UsageError
        If there is no such encoding.
    """
    try:
        codec = codecs.lookup(encoding).name
    except LookupError:
        raise UsageError(f"there is no encoding {encoding!r}") from None
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            if zipped:
                with gzip.GzipFile(fileobj=raw) as stream:
                    data = _read(stream, file, codec)
            else:
                data = _read(raw, file, codec)
    except (gzip.BadGzipFile, zlib.error, EOFError) as wrong:
        raise UnreadableError(Fault(f"the gzip file is damaged or cut off ({wrong})", file)) from None
    except OSError as wrong:
        raise UnreadableError(Fault(f"cannot be read: {wrong.strerror or wrong}", file)) from None
    if codec != "utf-8":
        try:
            return data.decode(codec).removeprefix("\ufeff").encode()
        except UnicodeError as wrong:
            raise UnreadableError(Fault(f"is not encoded in {encoding} ({wrong})", file)) from None
    data = data.removeprefix(codecs.BOM_UTF8)
    _check_utf8(data, file)
    return data


def _read(stream: _Stream, file: str, codec: str) -> bytes:
    """Read chunk by chunk, so that a file that is no table is refused before it fills the memory."""
    whole = io.BytesIO()
    lines, length = 1, 0
    while chunk := stream.read(CHUNK):
        if whole.tell() == 0:
            _check_signature(chunk, file, codec)
        first, last = chunk.find(b"\n"), chunk.rfind(b"\n")
        if first < 0 and b"\r" in chunk:
            first, last = chunk.find(b"\r"), chunk.rfind(b"\r")
        if length + (len(chunk) if first < 0 else first) > LONGEST_LINE:
            raise UnreadableError(
                Fault(f"the line is longer than {LONGEST_LINE:,} bytes; this is no table of ids", file, lines)
            )
        lines += chunk.count(b"\n")
        length = length + len(chunk) if last < 0 else len(chunk) - last - 1
        whole.write(chunk)
    return whole.getvalue()


def _check_signature(start: bytes, file: str, codec: str) -> None:
    for magic, what in _MAGIC:
        if start.startswith(magic):
            raise UnreadableError(Fault(f"is not a text file, but {what}", file))
    if codec != "utf-8":
        return
    for mark, name in _BYTE_ORDER:
        if start.startswith(mark):
            raise _other_encoding(name, file)
    if b"\x00" in start:
        half = len(start[:1024]) // 3
        if start[1:1024:2].count(0) > half or start[0:1024:2].count(0) > half:
            raise _other_encoding("utf-16-le" if start[1:1024:2].count(0) > half else "utf-16-be", file)
        raise UnreadableError(Fault("is a binary file, not a text file", file))


def _other_encoding(name: str, file: str, line: int | None = None, byte: str = "") -> UnreadableError:
    return UnreadableError(
        Fault(
            f"{byte}the file is encoded in {name.upper() if name.startswith('utf') else name.title()}, not in UTF-8; "
            f"save it as UTF-8, or give the encoding {name!r}",
            file,
            line,
        )
    )


def _check_utf8(data: bytes, file: str) -> None:
    if b"\x00" in data:
        raise UnreadableError(
            Fault("is a binary file, not a text file", file, data.count(b"\n", 0, data.find(b"\x00")) + 1)
        )
    if data.isascii():
        return
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(data), CHUNK):
        try:
            decoder.decode(data[start : start + CHUNK], start + CHUNK >= len(data))
        except UnicodeDecodeError:
            break
    else:
        return
    try:
        data.decode()
    except UnicodeDecodeError as wrong:
        at = wrong.start
        line = data.count(b"\n", 0, at) + 1
        byte = f"byte 0x{data[at]:02x} is not UTF-8; "
        around = data[max(0, at - 1) : at + 2]
        try:
            letters = around.decode("windows-1252")
        except UnicodeDecodeError:
            letters = "\x00"
        if any(letter.isalpha() and not letter.isascii() for letter in letters) or data[at] in b"\x80\x91\x92\x93\x94":
            raise _other_encoding("windows-1252", file, line, f"{byte}it looks as if ") from None
        raise UnreadableError(Fault(f"{byte}save the file as UTF-8, or give its encoding", file, line)) from None
