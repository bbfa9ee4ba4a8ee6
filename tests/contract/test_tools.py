"""Every curated tool, with any arguments that its schema takes, makes only requests that the API takes."""

import json
from base64 import b64encode
from collections import Counter
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from tests import contexts
from tests.contract import storage
from tests.contract.arguments import arguments
from tests.contract.calling import declared, run
from tests.sweeps import for_each
from tests.wires import MockWire

from telnyx_sandbox.contract import form
from telnyx_tools.api.client import Api, Credential
from telnyx_tools.api.errors import TelnyxError
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.catalog.example import response
from telnyx_tools.catalog.operation import Operation
from telnyx_tools.catalog.validate import problems
from telnyx_tools.registry import registry
from telnyx_tools.tool.tool import Tool

CATALOG = Catalog.load()
CALLING = [tool for tool in registry().tools.values() if (tool.calls or tool.s3) and not tool.local]
"""A local tool sends something only for a file that exists; which, `test_storage_files` says."""

ENDS_BY_UPDATE = {"end_texml_conference"}
"""Declared as more than their operation, of which ending is one use."""


class Contract:
    """Telnyx as the catalog knows it: refuses what it would not take, and answers with an example."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.wrong: list[str] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if storage.is_storage(request):
            self.calls[f"S3 {storage.operation_of(request)}"] += 1
            return storage.documented(request)
        path = request.url.raw_path.decode().partition("?")[0].removeprefix("/v2")
        query = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
        found = CATALOG.match(request.method, path, query)
        if found is None:
            self.wrong.append(f"{request.method} {path} is no operation")
            return httpx2.Response(404, json={"errors": []})
        operation, values = found
        self.calls[f"{operation.method} {operation.path}"] += 1
        self.wrong += [str(one) for one in problems(operation, path=values, query=query, body=_body(request))]
        return _answer(operation)


def _body(request: httpx2.Request) -> Any:
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("multipart/"):
        return form(request.content, content_type)
    if content_type == "application/octet-stream":
        return b64encode(request.content).decode()
    return json.loads(request.content) if request.content else None


def _answer(operation: Operation) -> httpx2.Response:
    if operation.reply == "none":
        return httpx2.Response(204)
    if operation.reply != "json":
        return httpx2.Response(200, text="example")
    return httpx2.Response(200, headers={"content-type": "application/json"}, content=_example(operation.id))


@cache
def _example(operation_id: str) -> bytes:
    return json.dumps(response(CATALOG[operation_id])).encode()


async def _run(tool: Tool, given_arguments: dict[str, object], contract: Contract) -> None:
    async def progress(done: float, total: float | None = None, message: str | None = None) -> None: ...

    async with Api(wire=MockWire(contract)) as api:
        telnyx = api.bind(Credential("KEYcontract"), "key:contract")
        try:
            await contexts.run(
                tool, given_arguments, contexts.context(telnyx, report=progress, inbox=contexts.OneInbox())
            )
        except TelnyxError:
            # Refused here, or the example is not what the tool was waiting for; what it sent is judged all the same.
            return


@pytest.mark.parametrize("tool", CALLING, ids=lambda tool: tool.name)
def test_a_tool_makes_only_the_calls_it_names_and_all_of_them_fit(tool: Tool) -> None:
    made: Counter[str] = Counter()

    @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(given_arguments=arguments(_without_waiting(tool.input_schema)))
    def drive(given_arguments: dict[str, object]) -> None:
        contract = Contract()
        run(_run(tool, given_arguments, contract))
        assert contract.wrong == []
        assert contract.calls.keys() <= declared(tool)
        made.update(contract.calls)

    drive()
    assert made, "no generated arguments made the tool send anything"


@for_each([tool for tool in CALLING if tool.calls])
def test_the_calls_that_a_tool_names_are_operations_of_fitting_effect(tool: Tool) -> None:
    operations = {f"{operation.method} {operation.path}": operation for operation in CATALOG.values()}
    assert set(tool.calls) <= operations.keys()
    effects = {operations[call].effect for call in tool.calls}
    if tool.effect == "read":
        assert effects == {"read"}
    elif tool.name not in ENDS_BY_UPDATE:
        assert tool.effect in effects


def _without_waiting(schema: dict[str, object]) -> dict[str, object]:
    """The schema without `wait_for`: what it adds are reads that other tools make, and time."""
    properties = schema["properties"]
    assert isinstance(properties, dict)
    return {**schema, "properties": {name: value for name, value in properties.items() if name != "wait_for"}}


def test_the_strategy_finds_what_a_tool_would_do_wrong() -> None:
    contract = Contract()
    contract(httpx2.Request("GET", "https://api.telnyx.com/v2/phone_numbers?filter[colour]=red"))
    contract(httpx2.Request("GET", "https://api.telnyx.com/v2/nothing"))
    assert len(contract.wrong) == 2
