"""The XML of S3: parses its answers into a tree, and builds the few bodies that requests have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

MOST_ELEMENTS = 100_000
"""The longest answer, a page of a bucket, has some ten thousand elements."""

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


class NoXml(ValueError):
    """Not XML, or XML with what no answer of S3 has: a document type, entities, too many elements."""


@dataclass(slots=True)
class Element:
    """An element of an answer."""

    name: str
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def find(self, name: str) -> Element | None:
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> Iterator[Element]:
        return (child for child in self.children if child.name == name)

    def value(self, name: str) -> str | None:
        """The text of a child element; None if there is no such child."""
        found = self.find(name)
        return None if found is None else found.text


def parse(content: bytes) -> Element:
    """The root element of a document. Raises NoXml."""
    root = Element("")
    open_elements = [root]
    count = 0

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MOST_ELEMENTS:
            raise NoXml("too long")
        element = Element(name.rpartition(":")[2])
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(_: str) -> None:
        open_elements.pop()

    def text(data: str) -> None:
        open_elements[-1].text += data

    def refuse(*_: object) -> None:
        raise NoXml("a document type")

    parser = expat.ParserCreate("utf-8")  # else Python looks up a codec by the name that the document gives
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        raise NoXml("no XML") from None
    return root.children[0]


def location_body(region: str) -> bytes:
    """The body of CreateBucket."""
    return _document("CreateBucketConfiguration", f"<LocationConstraint>{escape(region)}</LocationConstraint>")


def deletion_body(keys: Iterable[str]) -> bytes:
    """The body of DeleteObjects. The answer then lists only the objects that could not be deleted."""
    objects = "".join(f"<Object><Key>{escape(key)}</Key></Object>" for key in keys)
    return _document("Delete", f"{objects}<Quiet>true</Quiet>")


def completion_body(etags: Iterable[str]) -> bytes:
    """The body of CompleteMultipartUpload: the ETags of the parts, in order."""
    parts = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{escape(etag)}</ETag></Part>"
        for number, etag in enumerate(etags, 1)
    )
    return _document("CompleteMultipartUpload", parts)


def _document(name: str, inner: str) -> bytes:
    return f'<{name} xmlns="{_NAMESPACE}">{inner}</{name}>'.encode()
