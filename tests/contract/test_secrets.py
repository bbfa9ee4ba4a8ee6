"""Whatever a tool is given as a secret goes to Telnyx and to nobody else."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from tests.contract.calling import TOOLS, accepted, documented, play
from tests.sweeps import for_each

from telnyx_tools.api.redaction import secrets_in
from telnyx_tools.results.secret_fields import is_secret
from telnyx_tools.tool.tool import Tool

VALUE = 'MARKED"secret'
PIN = "73519048"
"""For a secret that has to be digits."""
NO_SECRETS = {"flow_token": "a name that the caller chose, by which the answers of a flow are told apart"}


def named_places(schema: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Every member that an object takes, at any depth: its name and its place."""
    for branch in (schema, *schema.get("anyOf", ())):
        yield from named_places(branch["items"], above) if "items" in branch else ()
        for name, inner in branch.get("properties", {}).items():
            place = f"{above}.{name}" if above else name
            yield name, place
            yield from named_places(inner, place)


def filled(arguments: dict[str, Any], place: tuple[str, ...], value: object) -> dict[str, Any]:
    name, *rest = place
    inner = arguments.get(name)
    inside = inner if isinstance(inner, dict) else {}
    return {**arguments, name: filled(inside, tuple(rest), value) if rest else value}


def parts_of(place: str) -> tuple[str, ...]:
    return tuple(place.split("."))


def value_for(tool: Tool, place: tuple[str, ...]) -> str:
    """A secret that the tool takes there."""
    schema = tool.input_schema["properties"].get(place[0], {})
    return PIN if "[0-9]" in schema.get("pattern", "") else VALUE


SECRETS = [
    (tool, place, value_for(tool, place)) for tool in TOOLS for place in sorted(map(parts_of, tool.arguments.secrets))
]
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
    for name, place in named_places(tool.input_schema):
        assert not is_secret(name) or name in NO_SECRETS or place in tool.arguments.secrets, place


def test_it_is_known_where_each_of_the_tools_takes_a_secret() -> None:
    assert {tool.name: set(tool.arguments.secrets) for tool in TOOLS if tool.arguments.secrets} == {
        "create_credential_connection": {"password"},
        "create_integration_secret": {"password", "token", "username"},
        "create_uac_connection": {"external_uac_settings.password"},
        "start_streaming": {"stream_auth_token"},
        "start_verification": {"custom_code"},
        "update_connection": {"external_uac_settings.password", "password"},
        "update_phone_number": {"external_pin"},
        "update_phone_numbers_in_bulk": {"external_pin"},
    }
