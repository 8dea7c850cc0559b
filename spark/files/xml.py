"""XML as a stream of events, without what can make a small file explode: document types and entities are refused."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path
from xml.parsers import expat

from spark.errors import Fault
from spark.files.bytes import UnreadableError

_CHUNK = 1 << 18
LONGEST = 131_072
"""Characters in one text, as in a cell of a table."""


def parse(path: Path, encoding: str, install: Callable[[expat.XMLParserType], None]) -> None:
    """Read an XML file, zipped or not.

    Parameters
    ----------
    path : the file.
    encoding : what it is encoded in, where it does not say so itself.
    install : sets the handlers.

    Raises
    ------
    UnreadableError
        If it cannot be read, is no XML, or declares a document type or an entity.
    """
    file = path.name
    parser = expat.ParserCreate(None if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding)
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
