"""No operation of the catalog sends a path, key or type that the official package would not send."""

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote

import httpx
import pytest
from scripts.catalog.official import Recorder, methods
from tests.tools.catalog.official_calls import DoesNotFitError, call, python_value, shape

from telnyx_tools.catalog import Catalog, Operation
from telnyx_tools.catalog.example import Arguments, maximal, minimal
from telnyx_tools.catalog.query import flatten
from telnyx_tools.catalog.validate import problems

SAMPLES = (minimal, maximal)
FORMS = 16
"""As many as the widest union of the API has."""


def test_the_package_sends_every_example_exactly_as_the_catalog_states_it(catalog: Catalog, recorder: Recorder) -> None:
    for method in methods():
        operation = catalog[method.id]
        where = shape(recorder, method, operation.path_params)
        for sample in SAMPLES:
            given = sample(operation)
            sent = call(recorder, method, where, given).sent
            assert_sent(operation, given, sent)
            assert_valid(catalog, operation, sent)


def test_the_package_accepts_every_other_form_of_a_parameter(catalog: Catalog, recorder: Recorder) -> None:
    checked = 0
    for method in methods():
        operation = catalog[method.id]
        seen = [maximal(operation)]
        for form in range(1, FORMS):
            given = maximal(operation, form)
            if given in seen:
                continue
            seen.append(given)
            where = shape(recorder, method, operation.path_params)
            sent = call(recorder, method, where, given).sent
            assert_sent(operation, given, sent)
            assert_valid(catalog, operation, sent)
            checked += 1
    assert checked > 100


def test_every_example_is_valid(catalog: Catalog) -> None:
    for operation in catalog.values():
        for sample in SAMPLES:
            given = sample(operation)
            found = problems(operation, path=given.path, query=given.query, headers=given.headers, body=given.body)
            assert found == [], operation.id


@pytest.mark.parametrize(("annotation", "value"), [(int, "1"), (str, 1), (list[str], "a"), (float, True)])
def test_the_translation_refuses_what_the_type_does_not_allow(annotation: object, value: object) -> None:
    with pytest.raises(DoesNotFitError):
        python_value(annotation, value)


def assert_sent(operation: Operation, given: Arguments, sent: httpx.Request) -> None:
    assert (sent.method, _path(sent)) == (operation.method, _filled(operation, given.path)), operation.id
    query = {**flatten(given.query), **operation.fixed_query}
    assert dict(sent.url.params) == {key: _text(value) for key, value in query.items()}, operation.id
    for name, value in given.headers.items():
        assert sent.headers[name] == value, operation.id
    if operation.content == "json":
        assert (json.loads(sent.content) if sent.content else None) in (given.body, given.body or {}), operation.id
    elif operation.content == "multipart":
        assert sent.headers["content-type"].startswith("multipart/form-data"), operation.id
        for name in given.body or {}:
            assert f'name="{name}'.encode() in sent.content, operation.id
    elif operation.content == "binary":
        assert sent.content == given.body.encode(), operation.id


def assert_valid(catalog: Catalog, operation: Operation, sent: httpx.Request) -> None:
    """A request on the wire is matched and found valid, numbers and lists being strings there."""
    matched = catalog.match(sent.method, _path(sent))
    assert matched is not None, operation.id
    assert (matched[0].method, matched[0].path) == (operation.method, operation.path)
    query = dict(parse_qsl(sent.url.query.decode(), keep_blank_values=True))
    body = json.loads(sent.content) if operation.content == "json" and sent.content else None
    if operation.content in (None, "json"):
        assert problems(operation, path=matched[1], query=query, headers=sent.headers, body=body) == []


def _path(sent: httpx.Request) -> str:
    return sent.url.raw_path.decode().split("?")[0].removeprefix("/v2").removeprefix("/v2")


def _filled(operation: Operation, values: Mapping[str, object]) -> str:
    path = operation.path
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe="!$&'()*+,;=:@"))
    return path


def _text(value: object) -> str:
    if isinstance(value, list):
        return ",".join(_text(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
