"""Show the server at work in the sandbox: a message, a call, a number order, the balance. Needs no account."""

from __future__ import annotations

import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import Any

import anyio
import httpx2
import mcp_types as types
from mcp.client import Client, ClientRequestContext
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from telnyx_remote_mcp.commands import Failure, first_message, say
from telnyx_remote_mcp.commands.child import child
from telnyx_remote_mcp.serve import listen
from telnyx_remote_mcp.web.clients import clients

KEY = "KEY_sandbox_demo"
PORT = 8080
RECIPIENT = "+12025550123"
SHOWN_CLIENTS = ("Claude Code", "Cursor", "VS Code")
PATIENCE_SECS = 30


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--serve", action="store_true", help="keep serving afterwards (as in a terminal)")


def run(options: Namespace) -> int:
    started = time.monotonic()
    for number in (signal.SIGTERM, signal.SIGHUP):  # these too leave the block below, which ends the server
        signal.signal(number, signal.default_int_handler)
    with child("telnyx_remote_mcp", "serve", "--sandbox", "--port", _port(), "--log-level", "warning") as (
        process,
        line,
    ):
        url = _url(line)
        say(f"{url} is up, in front of a sandbox: nothing is real, nothing costs money.\n")
        _tell(url)
        say(f"\nDone in {time.monotonic() - started:.0f} s. To use it yourself, with {KEY} as the key:\n")
        say(f"In a shell\nTELNYX_API_KEY={KEY} {_program()} call get_balance --url {url}\n")
        say(_snippets(url))
        if options.serve or sys.stdout.isatty():
            say("\nServing until Ctrl-C. Without --sandbox, and with your own key, it is the real thing.")
            process.wait()
    return 0


def _tell(url: str) -> None:
    try:
        anyio.run(_story, url)
    except* BrokenPipeError:  # in the groups of the client's tasks, as all of these
        raise BrokenPipeError from None
    except* Failure as failures:
        raise Failure(first_message(failures)) from None
    except* (MCPError, httpx2.TransportError, TimeoutError) as errors:
        raise Failure(f"The demo got no further: {first_message(errors) or 'no answer in time'}") from None


def _url(line: str) -> str:
    if not line.startswith("Serving on "):
        raise Failure("The server did not start; what it wrote is above.")
    return line.split()[2]


def _port() -> str:
    """The usual port, or 0 (any free port) if it is in use."""
    try:
        listen("127.0.0.1", PORT).close()
    except OSError:
        return "0"
    return str(PORT)


async def _story(url: str) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=PATIENCE_SECS) as http,
        Client(streamable_http_client(url, http_client=http), elicitation_callback=_agree) as client,
    ):
        tools = (await client.list_tools()).tools
        _show("tools/list", f"{len(tools)} tools, MCP {client.protocol_version}")
        before = await _balance(client)
        owned = await _call(client, "list_phone_numbers")
        sender = owned["items"][0]["phone_number"]
        await _send_message(client, sender)
        await _call_someone(client, sender)
        await _order_number(client)
        _show("get_balance", f"{before} before, {await _balance(client)} now")


async def _agree(context: ClientRequestContext, params: types.ElicitRequestParams) -> types.ElicitResult:
    """Answer for the person: agree to what costs money every month."""
    _show("(the person is asked)", params.message.splitlines()[-1].removeprefix("You are asked because: "))
    form = params.requested_schema if isinstance(params, types.ElicitRequestFormParams) else {}
    answers = form["properties"]["answer"]
    return types.ElicitResult(action="accept", content={"answer": answers.get("enum", [True])[0]})


async def _send_message(client: Client, sender: str) -> None:
    message = await _call(client, "send_message", to=RECIPIENT, from_number=sender, text="Hello from an agent")
    _show("send_message", f"{sender} to {RECIPIENT}: {_delivery(message)}")
    message = await _until("delivered", _delivery, client, "get_message", message_id=message["id"])
    _show("get_message", f"{_delivery(message)}, for {message['cost']['amount']} {message['cost']['currency']}")


async def _call_someone(client: Client, caller: str) -> None:
    placed = await _call(client, "make_call", to=RECIPIENT, from_number=caller)
    call_control_id = placed["call_control_id"]
    _show("make_call", f"{caller} to {RECIPIENT}")
    answered = await _call(client, "wait_for_call", call_control_id=call_control_id, until="answered")
    _show("wait_for_call", answered["status"])
    question = "Your delivery is here. Which code opens the door?"
    await _call(client, "gather_digits", call_control_id=call_control_id, payload=question, maximum_digits=4)
    gathered = await _call(client, "wait_for_call", call_control_id=call_control_id, until="gathered")
    _show("gather_digits", f"asked for a code and heard {gathered['digits']}")
    await _call(client, "hangup", call_control_id=call_control_id)
    _show("hangup", "done")


async def _order_number(client: Client) -> None:
    found = await _call(client, "list_available_phone_numbers", area_code="312", features=["sms", "voice"], limit=1)
    number, price = found["items"][0]["phone_number"], found["items"][0]["cost_information"]["monthly_cost"]
    _show("list_available_phone_numbers", f"{number} in Chicago, {price} USD a month")
    order = await _call(client, "initiate_phone_number_order", phone_numbers=[number])
    _show("initiate_phone_number_order", f"order is {order['status']}")
    order = await _until("success", _status, client, "get_number_order", number_order_id=order["id"])
    _show("get_number_order", order["status"])
    owned = await _call(client, "list_phone_numbers")
    _show("list_phone_numbers", ", ".join(each["phone_number"] for each in owned["items"]))


async def _balance(client: Client) -> str:
    balance = await _call(client, "get_balance")
    return f"{balance['balance']} {balance['currency']}"


async def _call(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    if result.is_error:
        raise Failure(f"{tool} failed: {result.content}")
    content: dict[str, Any] = result.structured_content
    return content


async def _until(
    outcome: str, read: Callable[[dict[str, Any]], str], client: Client, tool: str, **arguments: object
) -> dict[str, Any]:
    """Call a tool repeatedly until its result reads `outcome`."""
    with anyio.fail_after(PATIENCE_SECS):
        while True:
            result = await _call(client, tool, **arguments)
            if read(result) == outcome:
                return result
            await anyio.sleep(0.2)


def _delivery(message: dict[str, Any]) -> str:
    status: str = message["to"][0]["status"]
    return status


def _status(order: dict[str, Any]) -> str:
    status: str = order["status"]
    return status


def _show(tool: str, outcome: str) -> None:
    say(f"  {tool:<29} {outcome}")


def _program() -> str:
    """Return the command as it can be typed here. `scripts/demo` installs it in a place that is not on the shell's
    path."""
    program = Path(sys.executable).with_name("telnyx-mcp-server")
    found = which("telnyx-mcp-server")
    if found is not None and Path(found).resolve() == program.resolve():
        return "telnyx-mcp-server"
    return str(program.relative_to(Path.cwd()) if program.is_relative_to(Path.cwd()) else program)


def _snippets(url: str) -> str:
    shown = [client for client in clients(url, KEY) if client.name in SHOWN_CLIENTS]
    return "\n\n".join(f"{client.name} ({client.file or 'in a shell'})\n{client.snippet}" for client in shown)
