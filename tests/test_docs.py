"""The generated documents say what the code says."""

import re
import tomllib
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


PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_or_a_heading_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if "://" in link or link.startswith("mailto:"):
            continue
        file, _, heading = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), link
        if heading:
            headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
            assert heading in [re.sub(r"[^a-z0-9 -]", "", each.lower()).replace(" ", "-") for each in headings], link


def test_no_guide_is_left_of_a_client_that_is_gone() -> None:
    guides = {str(page.relative_to(ROOT)) for page in Path(ROOT, "docs/clients").iterdir()}
    assert guides <= DOCUMENTS.keys()


def test_the_readme_names_the_two_commands_that_set_up_everything() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [command for command in ("scripts/demo", "scripts/test") if f"`{command}`" not in readme] == []


def test_every_script_is_on_a_page() -> None:
    text = "".join(page.read_text() for page in PAGES)
    scripts = [path.name for path in (ROOT / "scripts").iterdir() if path.is_file() and not path.suffix]
    assert [name for name in scripts if not re.search(rf"scripts/{name}\b", text)] == []


def test_every_test_that_the_threat_model_names_is_there() -> None:
    rows = re.findall(r"^\|.*\| `(tests/\S+\.py)::(\w+)` \|$", (ROOT / "SECURITY.md").read_text(), re.MULTILINE)
    assert len(rows) > 20
    assert [f"{file}::{name}" for file, name in rows if f"def {name}(" not in (ROOT / file).read_text()] == []


@pytest.mark.parametrize("package", ["telnyx_remote_mcp", "telnyx_tools", "telnyx_sandbox"])
def test_the_rooms_are_drawn_in_the_order_in_which_they_may_import(package: str) -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (floors,) = [contract["layers"] for contract in contracts if contract.get("containers") == [package]]
    allowed = [name for floor in floors for name in re.findall(r"\w+", floor) if name != "__main__"]
    _, drawing = (ROOT / "docs/architecture.md").read_text().split(f"/{package}/\n", 1)
    lines = re.findall(r"^  (\w[\w/]*(?:, [\w/]+)*)", re.split(r"\n\n|```", drawing)[0], re.MULTILINE)
    assert [name.rstrip("/") for line in lines for name in line.split(", ")] == allowed
