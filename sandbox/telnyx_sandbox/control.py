"""Switches of the sandbox itself, under `/sandbox`, for callers on this machine only.

POST   /sandbox/faults    a list of faults (see `faults.Fault`) for the next matching requests
DELETE /sandbox/faults    forget the faults that are left
GET    /sandbox/requests  the last 10,000 requests under /v2: method, path, names of headers, Idempotency-Key
POST   /sandbox/clock     {"advance_secs": 3600} moves the sandbox's time forward
POST   /sandbox/inbound   {"key", "channel": "whatsapp" or "sms", "from", "to", "text"}: a person writes to an account
POST   /sandbox/settings  {"ignore_idempotency": true} makes `Idempotency-Key` mean nothing; {"records_after_secs": 60}
                          lets the detail records of messages come that late
POST   /sandbox/webhooks  how webhooks to this machine arrive: see `faults.WebhookManner`
POST   /sandbox/calls     {"key": "KEY_sandbox...", "from": "+1...", "to": "+12025550101"} lets a call arrive
POST   /sandbox/parties   {"key": ..., "call_control_id": ..., "digits": "1", "hangs_up": true}: the other party does so
POST   /sandbox/callees   {"key": ..., "number": "+1...", "outcome": "busy"} decides who is at a number; "digits": "12"
                          and "speech": "Hello" are what they type and say. Outcomes are in `groups.voice.switches`,
                          the numbers that have one without this in `groups.voice.party`.
"""

from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .errors import SandboxError
from .faults import Fault, WebhookManner
from .groups.assistants.texts import receive as receive_sms
from .groups.voice.switches import Arrival, Callee, Deed, arrive, do, script
from .groups.whatsapp.conversation import receive as receive_whatsapp
from .world import World

Endpoint = Callable[[Request], Awaitable[Response]]


class ClockChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    advance_secs: Annotated[float, Field(ge=0, le=10 * 366 * 24 * 60 * 60)]


class Inbound(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: str
    channel: Literal["sms", "whatsapp"]
    sender: Annotated[str, Field(alias="from", pattern=r"^(\+[1-9][0-9]{1,14}|[A-Z]{2}\.[A-Za-z0-9]+)$")]
    to: str
    text: str


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ignore_idempotency: bool | None = None
    records_after_secs: Annotated[float | None, Field(ge=0, le=24 * 60 * 60)] = None


CHANNELS = {"sms": receive_sms, "whatsapp": receive_whatsapp}
"""The function that receives a person's message, by channel."""

_FAULTS: TypeAdapter[list[Fault]] = TypeAdapter(list[Fault])


class Control:
    """The endpoints over one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/faults", _local(self.add_faults), methods=["POST"]),
            Route("/faults", _local(self.clear_faults), methods=["DELETE"]),
            Route("/requests", _local(self.list_requests), methods=["GET"]),
            Route("/clock", _local(self.advance_clock), methods=["POST"]),
            Route("/inbound", _local(self.receive), methods=["POST"]),
            Route("/settings", _local(self.change_settings), methods=["POST"]),
            Route("/webhooks", _local(self.change_webhooks), methods=["POST"]),
            Route("/calls", _local(self.add_call), methods=["POST"]),
            Route("/parties", _local(self.let_party), methods=["POST"]),
            Route("/callees", _local(self.script_callee), methods=["POST"]),
        ]

    async def add_faults(self, request: Request) -> Response:
        faults = _FAULTS.validate_json(await request.body())
        self._world.faults.add(faults)
        return JSONResponse({"added": len(faults)}, status_code=201)

    async def clear_faults(self, request: Request) -> Response:
        self._world.faults.clear()
        return Response(status_code=204)

    async def list_requests(self, request: Request) -> Response:
        return JSONResponse({"data": [seen.render() for seen in self._world.seen]})

    async def advance_clock(self, request: Request) -> Response:
        change = ClockChange.model_validate_json(await request.body())
        self._world.clock.advance(change.advance_secs)
        return JSONResponse({"now": self._world.clock.now()})

    async def receive(self, request: Request) -> Response:
        inbound = Inbound.model_validate_json(await request.body())
        try:
            account = self._world.accounts.get(inbound.key)
            message = CHANNELS[inbound.channel](account, inbound.sender, inbound.to, inbound.text)
        except SandboxError as error:
            return JSONResponse(error.payload, status_code=error.status)
        return JSONResponse({"id": message.id}, status_code=201)

    async def change_settings(self, request: Request) -> Response:
        settings = Settings.model_validate_json(await request.body())
        if settings.ignore_idempotency is not None:
            self._world.ignore_idempotency = settings.ignore_idempotency
        if settings.records_after_secs is not None:
            self._world.accounts.record_after(settings.records_after_secs)
        return JSONResponse(settings.model_dump(exclude_none=True))

    async def change_webhooks(self, request: Request) -> Response:
        manner = WebhookManner.model_validate_json(await request.body())
        for name in manner.model_fields_set:
            setattr(self._world.webhooks, name, getattr(manner, name))
        return JSONResponse(self._world.webhooks.model_dump())

    async def add_call(self, request: Request) -> Response:
        arrival = Arrival.model_validate_json(await request.body())
        return JSONResponse(arrive(self._world.accounts.get(arrival.key), arrival), status_code=201)

    async def let_party(self, request: Request) -> Response:
        deed = Deed.model_validate_json(await request.body())
        return JSONResponse(do(self._world.accounts.get(deed.key), deed))

    async def script_callee(self, request: Request) -> Response:
        callee = Callee.model_validate_json(await request.body())
        return JSONResponse(script(self._world.accounts.get(callee.key), callee), status_code=201)


def _local(endpoint: Endpoint) -> Endpoint:
    """Admit only loopback callers and JSON bodies, which a web page cannot send here unasked; refuse readably."""

    async def guarded(request: Request) -> Response:
        if request.client is None or not _is_loopback(request.client.host):
            return JSONResponse({"error": "/sandbox answers only callers on this machine"}, status_code=403)
        if request.method == "POST" and not request.headers.get("content-type", "").startswith("application/json"):
            return JSONResponse({"error": "send the body as application/json"}, status_code=415)
        try:
            return await endpoint(request)
        except ValidationError as error:
            problems = error.errors(include_url=False, include_context=False, include_input=False)
            return JSONResponse({"error": problems}, status_code=400)
        except SandboxError as error:
            return JSONResponse({"error": error.payload["errors"]}, status_code=error.status)

    return guarded


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
