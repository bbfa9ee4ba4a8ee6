"""The API's contract: checks requests, and makes up valid answers for operations that no group simulates."""

import base64
import json
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.catalog.example import response
from telnyx_tools.catalog.operation import Operation
from telnyx_tools.catalog.query import nest
from telnyx_tools.catalog.validate import Problem, problems

from .errors import SandboxError
from .reply import Reply
from .request import Request, header

_CODES = {"missing": "10004", "type": "10026", "choice": "10032"}


def check(request: Request) -> Operation | None:
    """The operation that a request calls; None if the API has none. Raises SandboxError if the request is invalid."""
    query = _query(request)
    found = Catalog.load().match(request.method, request.path, query)
    if found is None:
        return None
    operation, values = found
    wrong = problems(
        operation,
        path=values,
        query=query,
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers},
        body=_body(operation, request),
    )
    if wrong:
        raise _error(wrong[0])
    return operation


def synthesize(request: Request, allowed: frozenset[str]) -> Reply:
    """Make up a valid answer for an operation that no group simulates. It is always the same.

    `allowed` are the methods of the path that are simulated. Raises SandboxError if the operation does not exist.
    """
    operation = check(request)
    if operation is None:
        if allowed:
            raise SandboxError("10030", f"{request.path} takes {', '.join(sorted(allowed))}.")
        raise SandboxError("10005")
    if operation.reply == "none":
        return Reply(None, 204)
    if operation.reply == "json":
        return Reply(response(operation))
    return Reply(b"example", media_type=operation.accept.partition(",")[0].replace("*/*", "application/octet-stream"))


def _query(request: Request) -> dict[str, object]:
    values: dict[str, object] = {}
    for name, value in parse_qsl(request.query_string.decode("latin-1"), keep_blank_values=True):
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def _body(operation: Operation, request: Request) -> object:
    if not request.content:
        return None
    if operation.content == "binary":
        return base64.b64encode(request.content).decode()
    if operation.content == "multipart":
        return form(request.content, header(request.headers, b"content-type") or "")
    body = request.json
    if not isinstance(body, dict):
        return body
    cleared = _cleared_by_null(operation)
    # A null at the top is a field left out, as handlers read it.
    return {name: value for name, value in body.items() if value is not None or name in cleared}


def _cleared_by_null(operation: Operation) -> set[str]:
    """The required fields that may be null: null clears them."""
    schema = operation.resolve(operation.body or {})
    required, properties = schema.get("required", ()), schema.get("properties", {})
    return {name for name in required if operation.resolve(properties.get(name, {})).get("nullable")}


def form(content: bytes, content_type: str) -> dict[str, object]:
    """The parts of a multipart form by name; files as base64, objects read from their JSON."""
    kind = content_type.encode("latin-1")
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind + b"\r\n\r\n" + content)
    fields: dict[str, object] = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        value = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(value, bytes):
            fields[name] = base64.b64encode(value).decode() if part.get_filename() else _read(value.decode())
    lists = {name: value for name, value in fields.items() if name.endswith("[]")}
    return {**nest({name: value for name, value in fields.items() if name not in lists}), **lists}


def _read(text: str) -> object:
    if not text.startswith("{"):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _error(problem: Problem) -> SandboxError:
    part, _, name = problem.where.partition(".")
    if not name:
        return SandboxError("10015", str(problem))
    code = "10031" if problem.kind == "unknown" and name.startswith("filter") else _CODES.get(problem.kind, "10015")
    if part == "body":
        return SandboxError(code, str(problem), pointer=f"/{name.replace('.', '/')}")
    return SandboxError(code, str(problem), parameter=name)
