"""A tool is its function, its docstring, and the policy that its decorator states."""

import pytest
from tests import contexts

from telnyx_tools.api.client import Api, Credential, Telnyx
from telnyx_tools.results.result import AttachedResult, Result
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.group import Group
from telnyx_tools.tool.tool import Tool


class Done(Result):
    what: str | None = None


group = Group("things", title="Things", summary="Things to test with.")


@group.tool(effect=Effect.READ, scope="things.read", calls="GET /things/{id}", core=True)
async def get_thing(client: Telnyx, thing_id: str) -> Done:
    """What a thing
    is.

    It has two paragraphs.
    """
    return Done(what=f"{thing_id} by {client.principal}")


@group.tool(effect=Effect.WRITE, scope="things.write", calls=("PATCH /things/{id}", "GET /things"), idempotent=True)
async def update_thing() -> Done:
    return Done()


@group.tool(effect=Effect.SPENDS, scope="things.write", check="Look.", aliases=("purchase_thing",))
async def buy_thing() -> Done:
    """Buy a thing."""
    return Done()


@group.tool(effect=Effect.DESTROY, scope="things.write")
async def delete_thing() -> Done:
    """Delete a thing."""
    return Done()


@group.tool(effect=Effect.READ, scope="things.read", paid=True)
async def look_thing_up() -> Done:
    """Look a thing up."""
    return Done()


def tool(name: str) -> Tool:
    return next(tool for tool in group.tools if tool.name == name)


def test_the_name_is_the_functions_and_the_description_its_docstring_on_one_line() -> None:
    assert tool("get_thing").description == "What a thing is. It has two paragraphs."
    assert tool("get_thing").title == "Get thing"
    assert tool("update_thing").description == ""


def test_the_policy_is_what_the_decorator_says() -> None:
    bought = tool("buy_thing")
    assert (bought.group, bought.effect, bought.scope) == ("things", Effect.SPENDS, "things.write")
    assert (bought.check, bought.aliases, bought.core, bought.calls) == ("Look.", ("purchase_thing",), False, ())
    assert tool("get_thing").calls == ("GET /things/{id}",)
    assert tool("update_thing").calls == ("PATCH /things/{id}", "GET /things")
    assert tool("get_thing").core


@pytest.mark.parametrize(
    ("name", "hints"),
    [
        ("get_thing", (True, False, True, False)),
        ("update_thing", (False, False, True, False)),
        ("buy_thing", (False, False, False, True)),
        ("delete_thing", (False, True, True, False)),
        ("look_thing_up", (True, False, True, True)),
    ],
)
def test_the_hints_follow_from_the_effect(name: str, hints: tuple[bool, ...]) -> None:
    read_only, destructive, idempotent, open_world = hints
    assert tool(name).annotations == {
        "readOnlyHint": read_only,
        "destructiveHint": destructive,
        "idempotentHint": idempotent,
        "openWorldHint": open_world,
    }


@group.tool(effect=Effect.READ, scope="things.read", calls=("GET /things/{id}", "GET /things"))
async def find_thing() -> Done:
    """Find a thing, in two requests."""
    return Done()


@group.tool(effect=Effect.READ, scope="things.read", calls="GET /things/{id}")
async def wait_for_thing(progress: object) -> Done:
    """Wait for a thing, and report."""
    return Done()


@group.tool(effect=Effect.READ, scope="things.read", calls="GET /things/{id}/picture")
async def get_picture() -> AttachedResult:
    """The picture of a thing."""
    return AttachedResult()


@group.tool(effect=Effect.READ, scope="things.read", s3="GetObject")
async def get_object() -> Done:
    """A thing that is stored."""
    return Done()


def test_a_declared_function_stays_a_function() -> None:
    assert get_thing.__name__ == "get_thing"
    assert group.tools[0].function is get_thing


@pytest.mark.anyio
async def test_a_tool_is_given_what_it_asks_for_and_nothing_else() -> None:
    async with Api() as api:
        result = await contexts.run(tool("get_thing"), {"thing_id": "7"}, api.bind(Credential("KEYtest"), "me"))
    assert result.wire() == {"what": "7 by me"}
    assert list(tool("get_thing").input_schema["properties"]) == ["thing_id"]


def test_a_target_that_is_no_argument_is_refused_so_that_no_generic_tool_is_taken_for_another() -> None:
    async def call_anything(endpoint: str) -> Done:
        return Done()

    with pytest.raises(ValueError, match="call_anything has no argument operation"):
        group.tool(effect=Effect.SPENDS, scope="things.write", target="operation")(call_anything)
