"""Calling any operation of the catalog: its arguments checked, its answer in one shape whatever the API's."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from telnyx_tools.api.client import File, Replay, Request, Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.catalog.answer import Answer, Place, View, answer
from telnyx_tools.catalog.operation import Operation, Paging
from telnyx_tools.catalog.query import flatten, nest
from telnyx_tools.catalog.validate import problems
from telnyx_tools.results.result import secret_texts

_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Arguments:
    """What one call of an operation is given. Query keys may be nested or written with brackets."""

    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None


async def invoke(telnyx: Telnyx, operation: Operation, arguments: Arguments, view: View) -> Answer:
    """Call the operation. Raises InvalidArguments, before anything is sent, for arguments it does not take."""
    place, query = Place.of(view, operation.paging), _query(arguments.query)
    if operation.paging is not None:
        query = _paged(query, operation.paging, place)
    elif place.token not in (None, "1"):
        raise InvalidArguments([Problem("page", "Its answer is one page: give the `next` of that, or no page.")])
    body = _with_command_id(operation, arguments.body)
    headers = dict(arguments.headers)
    _check(operation, Arguments(arguments.path, query, headers, body))
    keeping = telnyx.keeping(secret_texts(body))
    reply = await keeping.send(_request(operation, Arguments(arguments.path, query, headers, body)))
    return answer(operation, reply, view, place)


def _query(given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return nest(given)
    except ValueError as error:
        raise InvalidArguments([Problem("query", f"{error}.")]) from None


def _check(operation: Operation, arguments: Arguments) -> None:
    minted = {"Idempotency-Key": "minted"} if operation.takes_idempotency_key else {}
    found = problems(
        operation,
        path=arguments.path,
        query=arguments.query,
        headers={**minted, **arguments.headers},
        body=arguments.body,
    )
    if found:
        raise InvalidArguments([Problem(problem.where, problem.what) for problem in found])


def _request(operation: Operation, arguments: Arguments) -> Request:
    body, content = arguments.body, None
    files: dict[str, File] | None = None
    fields: dict[str, str] = {}
    if operation.content == "multipart" and body:
        files, fields = _form(operation, body)
        body = None
    elif operation.content == "binary":
        content, body = _bytes("body", body), None
    return Request(
        method=operation.method,
        template=operation.path,
        ids={name: str(value) for name, value in arguments.path.items()},
        query={**arguments.query, **operation.fixed_query},
        body=body,
        files=files,
        fields=fields,
        content=content,
        headers={name: str(value) for name, value in arguments.headers.items()},
        accept=operation.accept,
        idempotency_key=operation.takes_idempotency_key,
        replay=Replay.SAFE if operation.takes_command_id else Replay.NEVER,
    )


def _with_command_id(operation: Operation, body: Any) -> Any:
    """Telnyx ignores a command that it has already had: our own retries may then repeat it."""
    if not operation.takes_command_id:
        return body
    return {"command_id": str(uuid4()), **(body or {})}


def _form(operation: Operation, body: Mapping[str, Any]) -> tuple[dict[str, File], dict[str, str]]:
    schemas = operation.resolve(operation.body or {}).get("properties", {})
    files: dict[str, File] = {}
    texts: dict[str, Any] = {}
    for name, value in body.items():
        if operation.resolve(schemas.get(name, {})).get("format") == "binary":
            files[name] = File(name=name, content=_bytes(f"body.{name}", value))
        else:
            texts[name] = value
    return files, {name: _text(value) for name, value in flatten(texts).items()}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bytes(argument: str, value: object) -> bytes:
    try:
        return base64.b64decode(str(value), validate=True)
    except binascii.Error:
        raise InvalidArguments([Problem(argument, "The content, as base64.")]) from None


def _paged(query: dict[str, Any], paging: Paging, place: Place) -> dict[str, Any]:
    """The query with its page, unless the caller wrote the API's own paging keys."""
    wanted: dict[str, Any] = {}
    if place.token is not None:
        wanted[paging.page] = int(place.token) if _NUMBER.fullmatch(place.token) else place.token
    if paging.size is not None:
        wanted[paging.size] = place.size
    result = dict(query)
    for name, value in nest(wanted).items():
        given = result.get(name)
        result[name] = {**value, **given} if isinstance(value, dict) and isinstance(given, dict) else given or value
    return result
