"""The official Python package, called so that its requests are recorded and not sent."""

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import import_module
from typing import Any, get_type_hints

import httpx
import telnyx

BASE = "https://api.telnyx.com/v2"
_CALL_OPTIONS = {"extra_headers", "extra_query", "extra_body", "timeout"}


@dataclass
class Recorded:
    """The request that one call of the package would have sent, and the types that described it."""

    request: httpx.Request | None = None
    cast_to: object = None
    page: type | None = None
    json_data: object = None
    params: Mapping[str, object] = field(default_factory=dict)
    transforms: list[tuple[object, object, object]] = field(default_factory=list)
    """(data as given, its declared type, data as sent) for every body and query that was translated."""

    @property
    def sent(self) -> httpx.Request:
        assert self.request is not None
        return self.request


@dataclass(frozen=True)
class Method:
    """One API method of the package: its id is the attribute chain from the client."""

    id: str
    function: Callable[..., object]

    @cached_property
    def parameters(self) -> dict[str, inspect.Parameter]:
        found = inspect.signature(self.function).parameters
        return {name: p for name, p in found.items() if name not in _CALL_OPTIONS | {"self"}}

    def is_required(self, name: str) -> bool:
        return self.parameters[name].default is inspect.Parameter.empty

    def hint(self, name: str) -> object:
        """The declared type of a parameter."""
        return _evaluated(self.function.__module__, str(self.parameters[name].annotation))


@cache
def _evaluated(module: str, annotation: str) -> object:
    holder = type("Holder", (), {"__annotations__": {"it": annotation}})
    return get_type_hints(holder, globalns=vars(sys.modules[module]), include_extras=True)["it"]


class Recorder(telnyx.Telnyx):
    """A client of the package that answers every request itself, with an empty success."""

    def __init__(self) -> None:
        transport = httpx.MockTransport(self._answer)
        self.recorded = Recorded()
        super().__init__(
            api_key="KEY_recorded",
            base_url=BASE,
            max_retries=0,
            http_client=httpx.Client(transport=transport, trust_env=False),
        )

    def call(self, method_id: str, arguments: Mapping[str, object]) -> Recorded:
        """Call a method with the package's names of arguments, and return the request that it would have sent."""
        *path, name = method_id.split(".")
        resource: Any = self
        for attribute in path:
            resource = getattr(resource, attribute)
        self.recorded = Recorded()
        module = import_module(type(resource).__module__)
        original = getattr(module, "maybe_transform", None)
        if original is not None:
            vars(module)["maybe_transform"] = self._watch(original)
        try:
            getattr(resource, name)(**arguments)
        finally:
            if original is not None:
                vars(module)["maybe_transform"] = original
        return self.recorded

    def request(self, cast_to: Any, options: Any, **rest: Any) -> Any:
        self.recorded.cast_to = cast_to
        self.recorded.json_data = options.json_data
        self.recorded.params = options.params
        return super().request(cast_to, options, **rest)

    def _request_api_list(self, model: Any, page: Any, options: Any) -> Any:
        self.recorded.page = page
        return super()._request_api_list(model, page, options)

    def _watch(self, transform: Callable[[object, object], object]) -> Callable[[object, object], object]:
        def watched(data: object, expected_type: object) -> object:
            sent = transform(data, expected_type)
            self.recorded.transforms.append((data, expected_type, sent))
            return sent

        return watched

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.recorded.request = request
        return httpx.Response(200, json={})


@cache
def methods() -> tuple[Method, ...]:
    """Every API method of the package, ordered by id; sockets and webhook parsing are not API methods."""
    client = Recorder()
    return tuple(sorted(_walk(client, ""), key=lambda method: method.id))


def _walk(resource: object, prefix: str) -> Iterator[Method]:
    kind = type(resource)
    for name in dir(kind):
        if name.startswith(("_", "with_")):
            continue
        found = inspect.getattr_static(kind, name)
        if inspect.isfunction(found):
            if prefix and _is_api_method(found):
                yield Method(prefix + name, found)
        elif not isinstance(found, property) and type(found).__name__ == "cached_property":
            yield from _walk(getattr(resource, name), f"{prefix}{name}.")


def _is_api_method(function: Callable[..., object]) -> bool:
    names = inspect.signature(function).parameters
    return "extra_query" in names and "extra_headers" in names and "timeout" in names
