"""Packages with known advisories, in the lock file and among what may be installed without it."""

import tomllib

from scripts.audit import ROOT, below, floors, pinned

FIRST: dict[str, str] = tomllib.loads((ROOT / "scripts/advisories.toml").read_text())["first"]


def test_no_version_of_the_lock_file_has_a_known_advisory() -> None:
    assert FIRST.keys() <= pinned().keys()
    assert list(below(FIRST, pinned())) == []


def test_whoever_installs_without_the_lock_file_gets_none_either() -> None:
    direct = FIRST.keys() - {"h11"}  # of uvicorn, whose other parser is used
    assert direct <= floors().keys()
    assert list(below(FIRST, floors())) == []


def test_a_version_below_the_first_without_an_advisory_is_found() -> None:
    assert len(list(below({"a": "1.10"}, {"a": "1.9.9", "b": "0.1"}))) == 1
    assert list(below({"a": "1.10"}, {"a": "1.10.0"})) == []
