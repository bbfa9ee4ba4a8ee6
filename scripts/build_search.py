"""Write the search index from the phrasings, the catalog and the tools: `python -m scripts.build_search`."""

import gzip
import json
from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

from scripts.search.documents import Document, Documents

from telnyx_tools.catalog.phrasings import Phrasings
from telnyx_tools.catalog.pieces import pieces, words
from telnyx_tools.catalog.search import FULL

INDEX = Path(__file__).parents[1] / "tools/telnyx_tools/catalog/search.gz"
_K, _B = 1.2, 0.2
"""The parameters of BM25: how soon a repeated piece stops counting, and how much long documents are penalized."""


def build(phrasings: Phrasings) -> bytes:
    """The index in the form that `telnyx_tools.catalog.search.Index` reads."""
    documents = Documents(phrasings)
    ids, contents = zip(*documents, strict=True)
    postings = _postings([_in_pieces(content) for content in contents])
    frequency = Counter(word for content in contents for word in content if word.isalpha())
    head = {
        "ids": ids,
        "about": documents.about,
        "english": sorted({word for sentence in phrasings.sentences.values() for word in words(sentence)}),
        "words": sorted(frequency, key=lambda word: (-frequency[word], word)),
        "pieces": sorted(postings),
        "counts": [len(postings[piece]) for piece in sorted(postings)],
    }
    numbers = array("H", (number for piece in sorted(postings) for number in postings[piece]))
    weights = bytes(weight for piece in sorted(postings) for weight in postings[piece].values())
    encoded = json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode()
    return encoded + b"\n" + numbers.tobytes() + weights


def _in_pieces(document: Document) -> Counter[str]:
    found: Counter[str] = Counter()
    for word, weight in document.items():
        for piece in pieces(word):
            found[piece] += weight  # type: ignore[assignment]  # counters may hold fractions
    return found


def _postings(documents: list[Counter[str]]) -> Mapping[str, dict[int, int]]:
    """Piece -> number of the document -> weight, up to FULL: how well the piece stands for the document."""
    lengths = [sum(document.values()) for document in documents]
    mean = sum(lengths) / len(lengths)
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for number, document in enumerate(documents):
        held = _K * (1 - _B + _B * lengths[number] / mean)
        for piece, count in document.items():
            found[piece][number] = max(1, round(FULL * count / (count + held)))
    return found


def main() -> None:
    INDEX.write_bytes(gzip.compress(build(Phrasings.load()), compresslevel=9, mtime=0))


if __name__ == "__main__":
    main()
