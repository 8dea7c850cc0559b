"""XML as a stream of events, without what can make a small file explode: document types and entities are refused."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from xml.parsers import expat

from spark.errors import Fault
from spark.files.bytes import UnreadableError

_CHUNK = 1 << 18
LONGEST = 131_072
"""Characters in one text, as in a cell of a table."""


_HANDLERS = (
    *("StartElementHandler", "EndElementHandler", "CharacterDataHandler", "CommentHandler"),
    *("ProcessingInstructionHandler", "XmlDeclHandler", "StartDoctypeDeclHandler", "EntityDeclHandler"),
)
_DECLARATION = len("<?xml")
_STRANGE = (b"<![", b"<?", b"\0")
_PROBE = "spark-elements-may-stand-here"
_ENOUGH = 8


class Stream(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, none at the end."""


class Elements(Protocol):
    """Takes whole elements that are written alike, which are many, past the parser.

    Attributes
    ----------
    mark : how such an element begins.
    """

    @property
    def mark(self) -> bytes:
        """As above."""

    def take(self, text: bytes, at: int, line: int) -> int:
        """Take the elements that begin at a byte of UTF-8; return where they end, `at` if they are the parser's."""


def parse(
    path: Path, encoding: str, install: Callable[[expat.XMLParserType], None], elements: Elements | None = None
) -> None:
    """Read an XML file, zipped or not.

    Parameters
    ----------
    path : the file.
    encoding : what it is encoded in, where it does not say so itself.
    install : sets the handlers.
    elements : what takes elements that need no parser, where the file is in UTF-8.

    Raises
    ------
    UnreadableError
        If it cannot be read, is no XML, or declares a document type or an entity.
    """
    file = path.name
    usual = _is_utf8(encoding)
    parser = expat.ParserCreate(None if usual else encoding)
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def refuse(*_: object) -> None:
        raise UnreadableError(
            Fault(
                "document types and entities are refused, for they can fill the memory; delete the <!DOCTYPE ...>",
                file,
                parser.CurrentLineNumber,
            )
        )

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    install(parser)
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            stream = gzip.GzipFile(fileobj=raw) if zipped else raw
            if elements is not None and usual:
                _parse_between(parser, stream, elements)
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
    except expat.ExpatError as wrong:
        said = expat.ErrorString(wrong.code)
        raise UnreadableError(Fault(f"is no XML from here on: {said}", file, wrong.lineno)) from None
    except (gzip.BadGzipFile, zlib.error, EOFError) as wrong:
        raise UnreadableError(Fault(f"the gzip file is damaged or cut off ({wrong})", file)) from None
    except (LookupError, UnicodeError) as wrong:
        raise UnreadableError(Fault(f"is in an encoding that cannot be read ({wrong})", file)) from None
    except OSError as wrong:
        raise UnreadableError(Fault(f"cannot be read: {wrong.strerror or wrong}", file)) from None
    finally:
        # The handlers know the parser, and what was read: without this it would stay until the next collection.
        for handler in _HANDLERS:
            setattr(parser, handler, None)


def _is_utf8(encoding: str | None) -> bool:
    return encoding is None or encoding.lower().replace("_", "-") in ("utf-8", "utf8", "us-ascii", "ascii")


def _parse_between(parser: expat.XMLParserType, stream: Stream, elements: Elements) -> None:
    """Parse what stands between the elements that are taken whole, to the end, or until nothing can be taken.

    The parser itself says whether an element may stand somewhere, or whether that is within a comment, say: it is given
    a processing instruction there, of which it tells only where there may be an element. Within CDATA and processing
    instructions of the file's own that would do harm; from the first of these on, the parser reads everything.
    """
    line = 0
    usual = True

    def probed(target: str, _: str) -> None:
        nonlocal line
        if target == _PROBE:
            line = parser.CurrentLineNumber

    def declared(_: str, encoding: str | None, __: int) -> None:
        nonlocal usual
        usual = _is_utf8(encoding)

    parser.ProcessingInstructionHandler = probed
    parser.XmlDeclHandler = declared
    rest, before, vain = b"", b"", 0
    while vain < _ENOUGH and usual and (chunk := stream.read(_CHUNK)):
        text, at, begin = rest + chunk, 0, -1
        seam = before + chunk[:2] if before else b""
        usual = not any(sign in seam or chunk.find(sign, 0 if before else _DECLARATION) >= 0 for sign in _STRANGE)
        before = chunk[-2:]
        while usual and (begin := text.find(elements.mark, at)) >= 0:
            parser.Parse(text[at:begin], False)
            line = 0
            parser.Parse(f"<?{_PROBE}?>".encode(), False)
            vain += at == 0
            at = begin
            end = elements.take(text, begin, line) if line and usual else begin
            if end == begin:
                break
            parser.Parse(b"\n" * text.count(b"\n", begin, end), False)
            at, vain = end, 0
        rest = text[at:]
        if vain or len(rest) > LONGEST or not rest.startswith(elements.mark[: len(rest)]):
            parser.Parse(rest, False)
            rest = b""
    parser.Parse(rest, False)
