"""Every argument says what to give for it: by its type, by a hint, or by a name that needs none."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from telnyx_tools.catalog import Catalog, Operation, Schema
from telnyx_tools.catalog.describe import describe, is_bare
from telnyx_tools.catalog.hints import OPERATORS, hint, hints


class Argument(NamedTuple):
    operation: Operation
    where: tuple[str, ...]
    schema: Schema

    @property
    def name(self) -> str:
        """The name that says what it is: of the filter, where it is one of the ways to compare."""
        *_, above, name = self.where
        return above if name in OPERATORS and len(self.where) > 2 else name


def arguments(operation: Operation) -> Iterator[Argument]:
    path = {"properties": dict(operation.path_params)}
    parts = {"path": path, "query": operation.query, "headers": operation.headers, "body": operation.body or {}}
    for name, schema in parts.items():
        yield from _below(operation, schema, (name,), frozenset())


def _below(operation: Operation, schema: Schema, where: tuple[str, ...], seen: frozenset[int]) -> Iterator[Argument]:
    if schema.get("$ref") in seen:
        return
    seen |= {schema["$ref"]} if "$ref" in schema else set()
    schema = operation.resolve(schema)
    for name, inner in schema.get("properties", {}).items():
        yield Argument(operation, (*where, name), inner)
        yield from _below(operation, inner, (*where, name), seen)
    for inner in (*([schema["items"]] if "items" in schema else []), *schema.get("anyOf", ())):
        yield from _below(operation, inner, where, seen)


@pytest.fixture(scope="module")
def every(catalog: Catalog) -> list[Argument]:
    return [argument for operation in catalog.values() for argument in arguments(operation)]


def texts() -> Iterator[tuple[str, str]]:
    said = hints()
    for section in (said["names"], said["endings"], *said["groups"].values(), *said["operations"].values()):
        yield from section.items()


def test_every_argument_has_been_looked_at(every: list[Argument]) -> None:
    """Whoever adds an operation gives its arguments hints, or says that their names are plain."""
    plain = set(hints()["plain"]["names"].split())
    bare = [one for one in every if is_bare(one.operation, one.schema)]
    unsaid = [one for one in bare if not hint(one.operation, one.where)]
    unseen = [one for one in unsaid if not plain & {one.name, one.where[-1]}]
    assert [(one.operation.id, ".".join(one.where)) for one in unseen] == []
    assert len(unsaid) < 0.3 * len(bare)


def test_every_hint_is_one_of_an_argument(every: list[Argument]) -> None:
    said = hints()
    names = {
        text for one in every for text in (one.name, f"{one.where[-2]}.{one.name}", f"{one.where[-2]}.{one.where[-1]}")
    }
    groups = {(one.operation.group, one.name) for one in every}
    places = {(one.operation.id, ".".join(one.where)) for one in every}
    assert set(said["names"]) - names == set()
    assert {(group, name) for group, by_name in said["groups"].items() for name in by_name} - groups == set()
    assert {(id_, place) for id_, by_place in said["operations"].items() for place in by_place} - places == set()
    assert [end for end in said["endings"] if not any(name.endswith(end) for name in names - set(said["names"]))] == []
    plain = said["plain"]["names"].split()
    assert set(plain) - {one.where[-1] for one in every} == set()
    assert len(plain) == len(set(plain))


def test_what_a_value_is_from_exists(catalog: Catalog) -> None:
    sources = [source for _, text in texts() for source in re.split(", | or ", text.partition("from ")[2])]
    named = [source for source in sources if re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+", source)]
    assert len(named) > 150
    assert set(named) - set(catalog) == set()


def test_a_hint_is_a_few_words() -> None:
    assert [
        (name, text) for name, text in texts() if len(text) > 90 or text.endswith(".") != text.endswith("...")
    ] == []


@pytest.mark.parametrize(
    ("operation_id", "part", "name", "word"),
    [
        ("messages.send", "body", "from", "string: E.164 of yours, a short code or sender name"),
        ("sim_cards.retrieve", "path", "id", "string: from sim_cards.list"),
        ("ai.assistants.versions.retrieve", "path", "version_id", "string: from ai.assistants.versions.list"),
        ("messages.retrieve", "path", "id", "string: from messages.send"),
        (
            "calls.actions.hangup",
            "path",
            "call_control_id",
            "string: from calls.dial, connections.list_active_calls or an event",
        ),
        ("faxes.list", "query", "filter[created_at][gte]", "date-time, like 2026-01-15T12:00:00Z"),
        ("phone_numbers.list", "query", "filter[voice.connection_name][contains]", "string: any part of it"),
        ("messages.send", "body", "auto_detect", "boolean"),
    ],
)
def test_a_description_shows_the_hint(catalog: Catalog, operation_id: str, part: str, name: str, word: str) -> None:
    level = describe(catalog[operation_id])[part]
    assert {**level.get("required", {}), **level.get("optional", {})}[name] == word
