"""A call has one name for all tools: `call_control_id`. Its leg and its session are named alike everywhere as well."""

import re
from collections.abc import Iterator
from typing import Any

from tests.contract.calling import CURATED

NAMES = {"call_control_id", "call_leg_id", "call_session_id", "call_sid", "conference_sid", "account_sid"}
"""The last three are those of TeXML, whose calls are not steered by commands."""
OTHER_THINGS = {"sip_call_id", "session_id"}
"""The Call-ID of SIP, by which recordings are found, and a signup at WhatsApp."""


def names(schema: Any) -> Iterator[str]:
    """The names of members at every depth."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for inner in schema.values():
            yield from names(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from names(inner)


def test_ids_of_calls_have_the_same_names_in_arguments_and_results() -> None:
    odd = {
        (tool.name, name)
        for tool in CURATED
        for name in (*names(tool.input_schema), *names(tool.output_schema))
        if re.search(r"(^|_)(call|leg|session)_?(leg_|session_)?ids?$|sid$", name) and name not in NAMES | OTHER_THINGS
    }
    assert odd == set()


def test_who_reads_of_a_leg_reads_the_id_that_commands_take() -> None:
    legs = {tool.name for tool in CURATED if "call_leg_id" in set(names(tool.output_schema))}
    without = {tool.name for tool in CURATED if "call_control_id" not in set(names(tool.output_schema))}
    assert len(legs) > 8
    assert legs & without <= {"search_detail_records"}, "records of calls that are over have no such id"
