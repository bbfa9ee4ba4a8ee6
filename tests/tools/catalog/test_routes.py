"""A request's method and path lead to its operation."""

import pytest

from telnyx_tools.catalog import Catalog


@pytest.mark.parametrize(
    ("method", "path", "operation", "values"),
    [
        ("GET", "/messages/40385f64", "messages.retrieve", {"id": "40385f64"}),
        ("post", "/messages", "messages.send", {}),
        ("POST", "/messages/schedule", "messages.schedule", {}),
        ("POST", "/calls/v3:a%2Fb/actions/speak", "calls.actions.speak", {"call_control_id": "v3:a/b"}),
        ("GET", "/number_lookup/+12025550123", "number_lookup.retrieve", {"phone_number": "+12025550123"}),
        ("GET", "/phone_numbers/slim", "phone_numbers.slim_list", {}),
        ("POST", "/documents", "documents.upload_json", {}),
        (
            "DELETE",
            "/texml/Accounts/a1/Recordings/r1.json",
            "texml.accounts.recordings.json.delete_recording_sid_json",
            {"account_sid": "a1", "recording_sid": "r1"},
        ),
    ],
)
def test_a_request_finds_its_operation(
    catalog: Catalog, method: str, path: str, operation: str, values: dict[str, str]
) -> None:
    matched = catalog.match(method, path)
    assert matched is not None
    assert (matched[0].id, matched[1]) == (operation, values)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nothing"), ("DELETE", "/balance"), ("GET", "/messages/"), ("GET", "/messages/a/b"), ("GET", "/")],
)
def test_a_request_of_no_operation_matches_nothing(catalog: Catalog, method: str, path: str) -> None:
    assert catalog.match(method, path) is None
