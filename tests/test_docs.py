"""The generated documents say what the code says."""

from pathlib import Path

import pytest
from scripts.build_docs import ROOT, documents

DOCUMENTS = documents()


@pytest.mark.parametrize("path", sorted(DOCUMENTS))
def test_a_generated_document_is_up_to_date(path: str) -> None:
    written = (ROOT / path).read_text()
    assert written == DOCUMENTS[path], "run: .venv/bin/python -m scripts.build_docs"


def test_no_page_is_left_of_a_group_that_is_gone() -> None:
    pages = {str(page.relative_to(ROOT)) for page in Path(ROOT, "docs/tools").iterdir()}
    assert pages <= DOCUMENTS.keys()
