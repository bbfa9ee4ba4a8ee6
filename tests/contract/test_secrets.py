"""Whatever a tool is given as a secret goes to Telnyx and to nobody else."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from tests.contract.calling import TOOLS, accepted, documented, play
from tests.contract.test_declarations import schemas_in
from tests.sweeps import for_each

from telnyx_tools.api.kept import secrets_in
from telnyx_tools.results.secret_fields import is_secret
from telnyx_tools.tool.tool import Tool

VALUE = 'MARKED"secret'
PIN = "73519048"
"""For a secret that has to be digits."""
NO_SECRETS = {"flow_token": "a name that the caller chose, by which the answers of a flow are told apart"}


def places(schema: dict[str, Any], *above: str) -> Iterator[tuple[str, ...]]:
    """Where an object takes a secret, by the names that lead there."""
    for name, inner in schema.get("properties", {}).items():
        if any(branch.get("writeOnly") for branch in (inner, *inner.get("anyOf", ()))):
            yield (*above, name)
        yield from places(inner, *above, name)


def filled(arguments: dict[str, Any], place: tuple[str, ...], value: object) -> dict[str, Any]:
    name, *rest = place
    inner = arguments.get(name)
    inside = inner if isinstance(inner, dict) else {}
    return {**arguments, name: filled(inside, tuple(rest), value) if rest else value}


def value_for(tool: Tool, place: tuple[str, ...]) -> str:
    """A secret that the tool takes there."""
    schema = tool.input_schema["properties"].get(place[0], {})
    return PIN if "[0-9]" in schema.get("pattern", "") else VALUE


SECRETS = [(tool, place, value_for(tool, place)) for tool in TOOLS for place in places(tool.input_schema)]
each = pytest.mark.parametrize(
    ("tool", "place", "value"), SECRETS, ids=[f"{tool.name}.{'.'.join(place)}" for tool, place, _ in SECRETS]
)

ANSWERS: dict[str, Callable[[str], httpx2.Response]] = {
    "an error": lambda sent: httpx2.Response(422, json={"errors": [{"code": "10015", "detail": f"Wrong: {sent}"}]}),
    "a page of a proxy": lambda sent: httpx2.Response(403, text=f"<html><title>{sent}</title></html>"),
    "a success": lambda sent: httpx2.Response(200, json={"data": {"id": "1", "name": sent, "settings": sent}}),
    "an odd success": lambda sent: httpx2.Response(200, text=sent),
}


@each
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_secret_that_telnyx_echoes_does_not_come_back(
    tool: Tool, place: tuple[str, ...], value: str, answer: str
) -> None:
    def echo(request: httpx2.Request) -> httpx2.Response:
        return (
            documented(request) if request.method == "GET" else ANSWERS[answer](f"{value} {request.content.decode()}")
        )

    said = play(tool, filled(accepted(tool), place, value), echo).text
    assert "MARKED" not in said
    assert PIN not in said


@each
def test_a_secret_that_does_not_fit_is_refused_without_being_quoted(
    tool: Tool, place: tuple[str, ...], value: str
) -> None:
    for wrong in ([VALUE], {VALUE: VALUE}, VALUE * 1_000, value * 1_000):
        said = play(tool, filled(accepted(tool), place, wrong), documented).text
        assert "MARKED" not in said
        assert PIN not in said


@each
def test_a_secret_does_not_show_itself_among_the_arguments(tool: Tool, place: tuple[str, ...], value: str) -> None:
    given = tool.arguments.parse(filled(accepted(tool), place, value))
    assert value in secrets_in(dict(given))
    assert "MARKED" not in repr(given)
    assert PIN not in repr(given)


@for_each(TOOLS)
def test_what_is_named_like_a_secret_is_taken_as_one(tool: Tool) -> None:
    for schema in schemas_in(tool.input_schema):
        for name, inner in schema.get("properties", {}).items():
            if is_secret(name) and name not in NO_SECRETS:
                assert any(branch.get("writeOnly") for branch in (inner, *inner.get("anyOf", ()))), name
