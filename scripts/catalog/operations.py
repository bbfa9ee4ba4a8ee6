"""Facts of one operation, read from recorded calls of the package."""

import re
from types import NoneType
from typing import get_args
from urllib.parse import unquote

import httpx
from scripts.catalog.official import Method, Recorded, Recorder
from scripts.catalog.paging import paging
from scripts.catalog.schemas import BINARY, Schema, Types, is_file, is_union, typed_dict_fields, unwrap
from telnyx._response import BinaryAPIResponse
from typing_extensions import is_typeddict

CONTENT = {"application/json": "json", "multipart/form-data": "multipart", "application/octet-stream": "binary"}
EITHER = {"spend_limits.create": ("product", "unlimited"), "spend_limits.update": ("unlimited",)}
"""Arguments of which a method requires one of several sets. Its signature does not show this."""


def facts(method: Method, recorder: Recorder, types: Types) -> Schema:
    """What the catalog has about an operation, except its effect, group and scope."""
    recorded = recorder.call(method.id, arguments(method))
    found: Schema = {"id": method.id, "method": recorded.sent.method, "path": template(recorded.sent)}
    found |= _request(method, recorder, recorded, types)
    response = response_of(recorded, types)
    pages = found["method"] == "GET" and response["reply"] == "json"
    return found | response | (paging(found.get("query", {}), response["response"], types) if pages else {})


def _request(method: Method, recorder: Recorder, recorded: Recorded, types: Types) -> Schema:
    placeholders = re.findall(r"{(\w+)}", template(recorded.sent))
    body, query, used = described(recorded, types)
    left = [name for name in method.parameters if name not in {*placeholders, *used}]
    headers = header_names(method, recorder, left)
    whole = next((name for name in left if name not in headers), None)
    if whole is not None:
        body = types.schema(method.hint(whole))
    shown = {name: header for name, header in headers.items() if "authorization" not in name}
    parts: Schema = {
        "fixed_query": fixed_query(recorded),
        "path_params": _unusual({name: types.schema(method.hint(name)) for name in placeholders}),
        "query": query and nested(query),
        "headers": shown and types.record((h, method.hint(n), method.is_required(n)) for n, h in shown.items()),
    }
    if body:
        parts["content"] = CONTENT[recorded.sent.headers["content-type"].split(";")[0]]
        parts["body"] = body if parts["content"] != "binary" else BINARY
    found = {name: part for name, part in parts.items() if part}
    return found if whole is None else found | {"body_required": method.is_required(whole)}


def _unusual(path_params: Schema) -> Schema:
    """Schemas of path values, unless all are plain strings."""
    return path_params if any(schema != {"type": "string"} for schema in path_params.values()) else {}


def arguments(method: Method) -> dict[str, object]:
    """The fewest arguments with which the method can be called. Texts have the form `~name~`."""
    required = [name for name in method.parameters if method.is_required(name)]
    names = [*required, *EITHER.get(method.id, ())]
    return {name: _dummy(name, method.hint(name)) for name in names}


def _dummy(name: str, annotation: object) -> object:
    annotation, _, _ = unwrap(annotation)
    members = get_args(annotation) if is_union(annotation) else (annotation,)
    if any(is_file(member) or member is bytes for member in (annotation, *members)):
        return b"~"
    return {} if any(is_typeddict(member) for member in members) else f"~{name}~"


def template(request: httpx.Request) -> str:
    """The path of the request below the API's version prefix, with `~name~` turned back into `{name}`."""
    path = unquote(request.url.raw_path.decode()).split("?")[0]
    return re.sub(r"~(\w+)~", r"{\1}", path).removeprefix("/v2").removeprefix("/v2")


def fixed_query(recorded: Recorded) -> dict[str, str]:
    """Query keys that are part of the package's path template."""
    asked = {key.split("[")[0] for key in recorded.params}
    return {key: value for key, value in recorded.sent.url.params.items() if key.split("[")[0] not in asked}


def described(recorded: Recorded, types: Types) -> tuple[Schema, Schema, set[str]]:
    """The schemas of body and query ({} if there is none) that arguments go to, and these arguments."""
    body: Schema = {}
    query: Schema = {}
    used: set[str] = set()
    for index, (data, kind, _) in enumerate(recorded.transforms):
        names = gathered(data, kind)
        if not names:
            continue
        used |= set(names)
        schema = _restricted(names, kind, types)
        if index == 0 and recorded.json_data is not None:
            body = schema
        else:
            query = schema
    return body, query, used


def variants(kind: object) -> list[dict[str, tuple[str, object, bool]]]:
    """The fields of a TypedDict of the package, or of every one in a union."""
    members = get_args(kind) if is_union(kind) else (kind,)
    return [typed_dict_fields(member) for member in members if is_typeddict(member)]


def gathered(data: object, kind: object) -> list[str]:
    """The arguments in `data`, and the files that the package has already removed from it."""
    if not isinstance(data, dict):
        return []
    known = {name: field for fields in variants(kind) for name, field in fields.items()}
    files = [name for name, (_, annotation, _) in known.items() if is_file(annotation)]
    return [name for name in dict.fromkeys([*data, *files]) if name in known]


def _restricted(names: list[str], kind: object, types: Types) -> Schema:
    """The declared type, without the arguments that are sent in path, query or headers."""
    objects: list[Schema] = []
    for fields in variants(kind):
        schema = types.record(fields[name] for name in names if name in fields)
        if schema not in objects:
            objects.append(schema)
    return objects[0] if len(objects) == 1 else {"anyOf": objects}


def header_names(method: Method, recorder: Recorder, names: list[str]) -> dict[str, str]:
    """Argument -> header, for the arguments that the package sends as headers."""
    marked = {name: _dummy(name, method.hint(name)) for name in names}
    sent = recorder.call(method.id, arguments(method) | marked).sent if names else None
    values = {value: name for name, value in sent.headers.multi_items()} if sent else {}
    return {name: _spelled(values[f"~{name}~"]) for name in names if f"~{name}~" in values}


def _spelled(header: str) -> str:
    return "-".join(part.capitalize() for part in header.split("-"))


def nested(schema: Schema) -> Schema:
    """The query with keys such as `page[number]` as objects, so that every query has the same form."""
    top: Schema = {"type": "object", "properties": {}}
    for key, value in schema["properties"].items():
        *parents, name = re.findall(r"[^\[\]]+", key)
        inside = top
        required = key in schema.get("required", ())
        for parent in parents:
            _require(inside, parent, required=required)
            inside = _object_at(inside["properties"], parent)
        inside["properties"][name] = value
        _require(inside, name, required=required)
    return top


def _require(schema: Schema, name: str, *, required: bool) -> None:
    if required and name not in schema.setdefault("required", []):
        schema["required"].append(name)


def _object_at(properties: Schema, name: str) -> Schema:
    """The object under a name, as an alternative to a plain value if the API takes either."""
    found: Schema = properties.setdefault(name, {"type": "object", "properties": {}})
    if found.get("type") != "object":
        properties[name] = {"anyOf": [found, {"type": "object", "properties": {}}]}
        found = properties[name]["anyOf"][1]
    return found


def response_of(recorded: Recorded, types: Types) -> Schema:
    """The success answer: `reply` is its kind, `response` its schema if it is JSON."""
    accept = recorded.sent.headers["accept"]
    media = {"accept": accept} if accept not in ("*/*", "application/json") else {}
    if recorded.cast_to is NoneType:
        return {"reply": "none"}
    if recorded.cast_to is BinaryAPIResponse:
        return {"reply": "binary", **media}
    if recorded.cast_to is str:
        return {"reply": "text", **media}
    response = types.schema(recorded.cast_to)
    if recorded.page is not None and "TopLevelArray" in recorded.page.__name__:
        response = types.resolve(response)["properties"]["items"]
    return {"reply": "json", "response": response}
