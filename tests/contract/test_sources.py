"""Where ids come from is data, and agents are told it."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, get_args

from pydantic import BaseModel
from tests.contract.calling import TOOLS
from tests.sweeps import for_each

from telnyx_tools.registry import registry
from telnyx_tools.tool.source import From, source_of
from telnyx_tools.tool.tool import Tool

WITHOUT_A_TOOL = {
    "account_sid": "in every TeXML webhook; the account's own",
    "app_id": "of an app at Meta",
    "approval_id": "in the answer of the call that the user is asked about",
    "catalog_id": "of a catalog at Meta",
    "customer_id": "chosen by whoever signs up",
    "flow_id": "of a flow at Meta",
    "gather_id": "chosen by the caller",
    "import_ids": "of assistants at another provider",
    "integration_id": "of an integration made in the portal",
    "product_retailer_id": "of a product in a catalog at Meta",
    "sip_call_id": "of SIP: in the headers of a call",
    "wa_id": "a person's, on WhatsApp",
}
"""Ids that no tool lists, and where they are from."""


def ids(tool: Tool) -> Iterator[tuple[str, Any]]:
    for name, (annotation, _) in tool.arguments.fields.items():
        yield from ((own, kind) for own, kind in _within(name, annotation) if re.search(r"_(id|ids|sid)$", own))


def _within(name: str, annotation: Any) -> Iterator[tuple[str, Any]]:
    """An argument and the members of the objects that it may be, with their types."""
    yield name, annotation
    for model in _models(annotation):
        for member, field in model.model_fields.items():
            yield from _within(member, Annotated[(field.annotation, *field.metadata, "")])


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


@for_each(TOOLS)
def test_every_id_says_which_tool_has_it(tool: Tool) -> None:
    for name, annotation in ids(tool):
        source = source_of(annotation)
        assert (source is None) == (name in WITHOUT_A_TOOL), name
        assert source is None or [each for each in source.tools if registry().find(each) is None] == []


@for_each(TOOLS)
def test_no_older_description_hides_a_source(tool: Tool) -> None:
    """Pydantic shows the description of a Field in the place of that of a From, whichever comes last."""
    for name, (annotation, _) in tool.arguments.fields.items():
        described = [each for each in getattr(annotation, "__metadata__", ()) if getattr(each, "description", None)]
        assert len(described) < 2 or not isinstance(described[-1], From) or _all_sources(described), name


def _all_sources(metadata: list[Any]) -> bool:
    return all(isinstance(each, From) for each in metadata)


def test_no_reason_is_left_of_an_id_that_is_gone() -> None:
    assert WITHOUT_A_TOOL.keys() <= {name for tool in TOOLS for name, _ in ids(tool)}


def test_an_agent_reads_the_source_in_the_description() -> None:
    assert From("list_things").description == "from list_things"
    assert From("make", "list_things", "an event").description == "from make, list_things or an event"
    assert From("list_things", what="its id", note="or none").description == "its id, from list_things; or none"
