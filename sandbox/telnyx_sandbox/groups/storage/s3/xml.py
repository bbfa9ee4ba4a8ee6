"""XML as S3 speaks it, written and read."""

from collections.abc import Iterator
from xml.parsers import expat
from xml.sax.saxutils import escape

from .errors import S3Error

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"

Value = str | int | bool


def element(name: str, *inner: str, **values: Value | None) -> str:
    """An element that holds the given elements, then one for each value that is not None."""
    simple = "".join(f"<{key}>{_text(value)}</{key}>" for key, value in values.items() if value is not None)
    return f"<{name}>{''.join(inner)}{simple}</{name}>"


def document(root: str, namespace: str = f' xmlns="{NAMESPACE}"') -> bytes:
    """Write the document. Everything but an error is in S3's namespace."""
    head, _, rest = root.partition(">")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}{namespace}>{rest}'.encode()


def texts(content: bytes, path: str) -> list[str]:
    """The texts at a path of a body such as "Delete/Object/Key". Raises MalformedXML."""
    return [text for found, text in _leaves(content) if found == path]


def _leaves(content: bytes) -> Iterator[tuple[str, str]]:
    names: list[str] = []
    found: list[list[str]] = []

    def start(name: str, _: object) -> None:
        names.append(name)
        found.append(["/".join(names), ""])

    def text(data: str) -> None:
        found[-1][1] += data

    def refuse(*_: object) -> None:
        raise S3Error("MalformedXML")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, lambda _: names.pop() and None
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        raise S3Error("MalformedXML") from None
    return ((path, value) for path, value in found)


def _text(value: Value) -> str:
    return escape(str(value).lower() if isinstance(value, bool) else str(value))
