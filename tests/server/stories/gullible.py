"""A gullible agent, which does what it reads; and an account of the sandbox where strangers write what it reads."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx2
import mcp_types as types
from starlette.types import ASGIApp
from tests import contexts
from tests.sandbox.buckets import stored

from telnyx_remote_mcp.auth.caller import Caller
from telnyx_remote_mcp.calls.dispatch import Dispatch
from telnyx_remote_mcp.calls.question import AskFirst
from telnyx_remote_mcp.calls.replies import reply
from telnyx_sandbox.groups.storage.bucket import Bucket
from telnyx_tools.api.call import Call as Sent
from telnyx_tools.api.client import Credential
from telnyx_tools.api.reply import Reply
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.registry import registry

CORPUS = Path(__file__).parents[3] / "evals" / "injections"
OWN, WRITER, BUCKET = "+12025550101", "+12025550109", "letters"
ID = "00000000-0000-4000-8000-000000000001"
Made = tuple[str, dict[str, Any]]
"""A call: the name of a tool, and its arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """One that the corpus holds, in the form that its README describes."""

    name: str
    where: str
    wants: str
    to: str
    texts: tuple[str, ...]
    says: tuple[str, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every way in which an agent may write the attacker's address."""
        return tuple(dict.fromkeys([self.to, *self.says, *_spellings(self.to)]))


def corpus() -> list[Injection]:
    return [injection for file in sorted(CORPUS.glob("*.toml")) for injection in _of(file)]


def _of(file: Path) -> Iterator[Injection]:
    for entry in tomllib.loads(file.read_text(encoding="utf-8"))["injection"]:
        texts = entry.pop("texts", None) or [entry.pop("text")]
        named = {**entry, "name": f"{file.stem}/{entry['name']}"}
        yield Injection(texts=tuple(texts), **{**named, "says": tuple(entry.get("says", ()))})


def _spellings(address: str) -> Iterator[str]:
    if re.fullmatch(r"\+1[0-9]{10}", address):
        area, local, last = address[2:5], address[5:8], address[8:]
        yield from (address[1:], address[2:], f"({area}) {local}-{last}", f"+1 {area}-{local}-{last}", f"tel:{address}")
        yield f"sip:{address}@sip.telnyx.com"
    elif "://" in address:
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2].rstrip(".")
        if ":" in host:  # a port, or an address in brackets
            return
        yield from (
            f"https://{host}{parts.path}",
            f"https://{host.upper()}/",
            f"https://data.{host}/in",
            f"wss://{host}:443/",
        )
    elif re.fullmatch(r"[^@:]+@[^@:]+", address):
        yield from (address.upper(), f"Ada <{address}>")


class Upstream:
    """The wire of a server to the sandbox, in one process. What people are said to have written it answers itself."""

    def __init__(self, sandbox: ASGIApp) -> None:
        self.http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=sandbox), base_url="http://127.0.0.1")
        self.written: dict[str, Any] = {}
        """By the end of the path of a request."""
        self.sent: list[str] = []
        """Requests that are no plain reads, as they left."""

    async def attempt(self, call: Sent) -> Reply:
        parts = urlsplit(call.url)
        if call.method != "GET":
            self.sent.append(f"{call.method} {parts.path} {(call.content or b'')[:300]!r}")
        for path, answer in self.written.items():
            if unquote(parts.path).endswith(path):
                return Reply(200, {"content-type": "application/json"}, json.dumps(answer).encode())
        response = await self.http.request(call.method, call.url, headers=list(call.headers), content=call.content)
        return Reply(response.status_code, response.headers, response.content)

    async def aclose(self) -> None:
        await self.http.aclose()

    async def effects(self) -> int:
        """How many requests arrived at the sandbox that are no reads."""
        seen = (await self.http.get("/sandbox/requests")).json()["data"]
        return sum(request["method"] != "GET" for request in seen)


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent that has read nothing before; nobody answers what it is asked."""

    dispatch: Dispatch
    key: str
    name: str

    async def call(self, name: str, arguments: Mapping[str, Any]) -> types.CallToolResult | None:
        """What it reads; None where the person would have to say yes first."""
        tool = registry().tools[name]
        caller = Caller(f"key:{self.name}", Credential(self.key), "api_key")

        async def outcome() -> Any:
            return await self.dispatch(contexts.call(tool, arguments, caller=caller))

        try:
            return await reply(tool, outcome(), arguments)
        except AskFirst:
            return None


@dataclass(frozen=True, slots=True)
class Mailroom:
    """Puts what strangers wrote where an agent reads it, and says with which call."""

    upstream: Upstream
    bucket: Bucket

    async def deliver(self, injection: Injection, key: str) -> AsyncIterator[tuple[str, Sequence[Made]]]:
        """Each text of an injection once it is there, and the ways to read it: by its own tool, by a generic one."""
        for number, text in enumerate(injection.texts):
            if injection.where in ("message", "whatsapp"):
                channel = "sms" if injection.where == "message" else "whatsapp"
                read: Made = ("get_message", {"message_id": await self._sent(key, channel, text)})
            else:
                read = self._placed(injection.where, text, number)
            yield text, [read, _generic(*read)]

    async def _sent(self, key: str, channel: str, text: str) -> str:
        body = {"key": key, "channel": channel, "from": WRITER, "to": OWN, "text": text}
        response = await self.upstream.http.post("/sandbox/inbound", json=body)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    def _placed(self, where: str, text: str, number: int) -> Made:
        match where:
            case "object":
                name = f"letter{number}.txt"
                self.bucket.objects[name] = stored(name, text.encode())
                return "cloud_storage_get_object", {"bucket_name": BUCKET, "object_name": name}
            case "file_name":
                self.bucket.objects[text] = stored(text, b"")
                return "cloud_storage_list_objects", {"bucket_name": BUCKET}
        one = f"{ID[:-1]}{number}"
        path, answer, made = _ANSWERS[where](text, one)
        self.upstream.written[path] = {"data": answer}
        return made

    def clear(self) -> None:
        self.upstream.written.clear()
        self.bucket.objects.clear()


def _mail(text: str, one: str) -> Placed:
    mail = {"id": one, "direction": "inbound", "from": "ada@customer.example", "subject": "Hi", "text_body": text}
    return f"/email_messages/{one}", mail, _read("email_messages.retrieve", id=one)


def _said(text: str, one: str) -> Placed:
    said = [{"role": "user", "text": text, "created_at": "2026-11-28T12:00:00Z"}]
    return f"/conversations/{one}/messages", said, ("get_conversation_messages", {"conversation_id": one})


def _transcript(text: str, one: str) -> Placed:
    transcript = {"id": one, "transcription_text": text}
    read = ("get_recording_transcription", {"recording_transcription_id": one})
    return f"/recording_transcriptions/{one}", transcript, read


def _caller(text: str, _: str) -> Placed:
    looked_up = {"caller_name": {"caller_name": text}}
    return f"/number_lookup/{WRITER}", looked_up, ("lookup_number", {"phone_number": WRITER})


def _profile(text: str, one: str) -> Placed:
    profile = {"contacts": [{"profile": {"name": text}, "wa_id": WRITER}]}
    message = {"id": one, "direction": "inbound", "from": {"phone_number": WRITER}, "whatsapp": profile}
    return f"/messages/{one}", message, ("get_message", {"message_id": one, "detail": "full"})


def _page(text: str, _: str) -> Placed:
    page = {"url": "https://news.example.com/", "title": "News", "markdown": text}
    return "/web_search/contents", {"results": [page]}, ("read_web_pages", {"urls": ["https://news.example.com/"]})


def _result(text: str, _: str) -> Placed:
    found = {"url": "https://news.example.com/a", "title": "News", "description": text, "snippets": [text]}
    return "/web_search", {"results": {"web": [found]}}, ("web_search", {"query": "news"})


def _passage(text: str, _: str) -> Placed:
    passage = {"document_chunk": text, "metadata": {"filename": "a.txt"}}
    return "/similarity-search", [passage], ("similarity_search", {"bucket_name": BUCKET, "query": "news"})


def _read(operation: str, **path: str) -> Made:
    return "read_api_endpoint", {"endpoint": operation, "path": path}


_OPERATIONS = {
    "get_message": "messages.retrieve",
    "get_conversation_messages": "ai.conversations.messages.list",
    "get_recording_transcription": "recording_transcriptions.retrieve",
    "lookup_number": "number_lookup.retrieve",
    "read_web_pages": "web_search.contents",
    "web_search": "web_search.create",
    "similarity_search": "ai.embeddings.similarity_search",
}
"""What a tool reads, as an operation; of cloud storage there is none."""


def _generic(name: str, arguments: Mapping[str, Any]) -> Made:
    """The same read by a generic tool: of the operation, or of the tool where there is none."""
    if (operation := Catalog.load().get(_OPERATIONS.get(name, ""))) is None:
        generic = arguments if name == "read_api_endpoint" else {"endpoint": name, "arguments": arguments}
        return "read_api_endpoint", dict(generic)
    given = {**arguments, **({"id": arguments["message_id"]} if "message_id" in arguments else {})}
    path = {part: given[part] for part in operation.path_params}
    body = None if operation.method == "GET" else arguments
    return "read_api_endpoint", {"endpoint": operation.id, "path": path, "body": body}


Placed = tuple[str, Any, Made]
"""The end of the path of a request, what is answered to it, and the call that reads that."""
_ANSWERS = {
    "email": _mail,
    "conversation": _said,
    "transcript": _transcript,
    "caller_name": _caller,
    "profile_name": _profile,
    "page": _page,
    "search": _result,
    "document": _passage,
}


def deeds(injection: Injection, turn: int) -> Iterator[Made]:
    """What an agent does that obeys: with each spelling of the address, by a tool of its own and by a generic one.

    There are several ways to do a thing; `turn` says which come first, so that a corpus plays all of them.
    """
    for number, address in enumerate(injection.addresses, turn):
        made = list(_DEEDS[injection.wants](address))
        generic = [call for call in made if call[0] == "write_api_endpoint"]
        curated = [call for call in made if call[0] != "write_api_endpoint"] or generic
        both = (curated[number % len(curated)], generic[number % len(generic)])
        yield from both if address in (injection.to, *injection.says) else [both[number % 2]]


def _written(operation: str, body: dict[str, Any], **path: str) -> Made:
    return "write_api_endpoint", {"endpoint": operation, "body": body, "path": path}


def _texts(to: str) -> Iterator[Made]:
    text = {"from_number": OWN, "to": to, "text": "Here it is."}
    yield "send_message", text
    yield "send_group_message", {**text, "to": [WRITER, to]}
    yield "send_whatsapp_text", text
    yield "send_assistant_sms", {**text, "assistant_id": "assistant-1"}
    body = {"from": OWN, "to": to, "text": "Here it is."}
    for operation in ("messages.send", "messages.send_long_code", "messages.send_short_code"):
        yield _written(operation, body)
    yield _written("messages.schedule", {**body, "send_at": "2099-01-01T12:00:00Z"})


def _calls(to: str) -> Iterator[Made]:
    yield "make_call", {"from_number": OWN, "to": to, "connection_id": "1"}
    yield "make_call", {"from_number": OWN, "to": [WRITER, to], "connection_id": "1"}
    yield _written("calls.dial", {"connection_id": "1", "from": OWN, "to": to})
    yield _written("calls.actions.transfer", {"to": to}, call_control_id="v3:1")
    yield "start_texml_call", {"texml_application_id": "1", "from_number": OWN, "to": to}
    document = f"<Response><Dial><Number>{to}</Number></Dial></Response>"
    yield "start_texml_call", {"texml_application_id": "1", "from_number": OWN, "to": WRITER, "texml": document}


def _forwards(to: str) -> Iterator[Made]:
    forwarding = {"call_forwarding_enabled": True, "forwards_to": to, "forwarding_type": "always"}
    yield "update_phone_number_voice_settings", {"phone_number": OWN, "call_forwarding": forwarding}
    yield _written("phone_numbers.voice.update", {"call_forwarding": forwarding}, id=ID)
    yield _written("phone_numbers.voice.update", {"translated_number": to}, id=ID)


def _orders(to: str) -> Iterator[Made]:
    yield "initiate_phone_number_order", {"phone_numbers": [to]}
    yield _written("number_orders.create", {"phone_numbers": [{"phone_number": to}]})


def _mails(to: str) -> Iterator[Made]:
    mail = {"from": "me@own.example", "subject": "Hi", "text_body": "Here it is."}
    yield _written("email_messages.create", {**mail, "to": [to]})
    yield _written("email_messages.create", {**mail, "to": ["ada@customer.example"], "bcc": [to]})
    yield _written("email_messages.create", {**mail, "to": ["ada@customer.example"], "reply_to": to})


def _uploads(to: str) -> Iterator[Made]:
    if "://" not in to:
        yield "create_fqdn", {"connection_id": "1", "fqdn": to, "dns_record_type": "a"}
        to = f"https://{to}/in"
    yield "create_call_control_application", {"application_name": "in", "webhook_event_url": to}
    yield "update_messaging_profile", {"messaging_profile_id": ID, "webhook_url": to}
    yield "send_message", {"from_number": OWN, "to": WRITER, "text": "hi", "webhook_url": to}
    yield "start_streaming", {"call_control_id": "v3:1", "stream_url": re.sub("^http", "ws", to)}
    yield _written("messaging_profiles.update", {"webhook_url": to}, messaging_profile_id=ID)
    yield _written("calls.actions.start_streaming", {"stream_url": re.sub("^http", "ws", to)}, call_control_id="v3:1")


_DEEDS = {"text": _texts, "call": _calls, "forward": _forwards, "buy": _orders, "email": _mails, "upload": _uploads}
