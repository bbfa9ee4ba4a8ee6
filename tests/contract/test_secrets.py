"""Whatever a tool is given as a secret goes to Telnyx and to nobody else."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from tests.contract.calling import TOOLS, accepted, documented, play
from tests.contract.test_declarations import schemas_in

from telnyx_tools.api.kept import secrets_in
from telnyx_tools.tool.tool import Tool

VALUE = 'MARKED"secret'
NAMED_LIKE_A_SECRET = re.compile(r"token|(.*_)?(password|secret|api_key|private_key|access_token|auth_token)")


def places(schema: dict[str, Any], *above: str) -> Iterator[tuple[str, ...]]:
    """Where an object takes a secret, by the names that lead there."""
    for name, inner in schema.get("properties", {}).items():
        if inner.get("writeOnly"):
            yield (*above, name)
        yield from places(inner, *above, name)


def filled(arguments: dict[str, Any], place: tuple[str, ...], value: object) -> dict[str, Any]:
    name, *rest = place
    inner = arguments.get(name)
    inside = inner if isinstance(inner, dict) else {}
    return {**arguments, name: filled(inside, tuple(rest), value) if rest else value}


SECRETS = [(tool, place) for tool in TOOLS for place in places(tool.input_schema)]
each = pytest.mark.parametrize(
    ("tool", "place"), SECRETS, ids=[f"{tool.name}.{'.'.join(place)}" for tool, place in SECRETS]
)

ANSWERS: dict[str, Callable[[str], httpx2.Response]] = {
    "an error": lambda sent: httpx2.Response(422, json={"errors": [{"code": "10015", "detail": f"Wrong: {sent}"}]}),
    "a page of a proxy": lambda sent: httpx2.Response(403, text=f"<html><title>{sent}</title></html>"),
    "a success": lambda sent: httpx2.Response(200, json={"data": {"id": "1", "name": sent, "settings": sent}}),
    "an odd success": lambda sent: httpx2.Response(200, text=sent),
}


@each
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_secret_that_telnyx_echoes_does_not_come_back(tool: Tool, place: tuple[str, ...], answer: str) -> None:
    def echo(request: httpx2.Request) -> httpx2.Response:
        return (
            documented(request) if request.method == "GET" else ANSWERS[answer](f"{VALUE} {request.content.decode()}")
        )

    assert "MARKED" not in play(tool, filled(accepted(tool), place, VALUE), echo).text


@each
def test_a_secret_that_does_not_fit_is_refused_without_being_quoted(tool: Tool, place: tuple[str, ...]) -> None:
    for value in ([VALUE], {VALUE: VALUE}, VALUE * 1_000):
        assert "MARKED" not in play(tool, filled(accepted(tool), place, value), documented).text


@each
def test_a_secret_does_not_show_itself_among_the_arguments(tool: Tool, place: tuple[str, ...]) -> None:
    given = tool.arguments.parse(filled(accepted(tool), place, VALUE))
    assert VALUE in secrets_in(dict(given))
    assert "MARKED" not in repr(given)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_what_is_named_like_a_secret_is_taken_as_one(tool: Tool) -> None:
    for schema in schemas_in(tool.input_schema):
        for name, inner in schema.get("properties", {}).items():
            assert inner.get("writeOnly") or not NAMED_LIKE_A_SECRET.fullmatch(name), name
