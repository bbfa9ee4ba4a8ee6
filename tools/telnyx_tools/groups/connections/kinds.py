"""The types of connections: where the API keeps each, and what it wants with every change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from telnyx_tools.api.client import Json, Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem

RecordType = Literal[
    "credential_connection",
    "ip_connection",
    "fqdn_connection",
    "uac_connection",
    "call_control_application",
    "texml_application",
    "external_connection",
    "mobile_voice_connection",
]
ConnectionType = Annotated[RecordType, Field(description="its record_type, if known; saves a request")]


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` is the field that its name stands in; `required` go with every change."""

    record_type: RecordType
    name: str = "connection_name"
    required: tuple[str, ...] = ()

    @property
    def stem(self) -> str:
        """The type without what it is: `credential`, `call_control`."""
        return self.record_type.rpartition("_")[0]

    @property
    def operations(self) -> str:
        """The prefix of its operation ids."""
        return f"{self.record_type}s"

    @property
    def collection(self) -> str:
        return f"/{self.operations}"

    @property
    def template(self) -> str:
        return f"{self.collection}/{{id}}"


KINDS: dict[RecordType, Kind] = {
    "credential_connection": Kind("credential_connection"),
    "ip_connection": Kind("ip_connection"),
    "fqdn_connection": Kind("fqdn_connection"),
    "uac_connection": Kind("uac_connection"),
    "call_control_application": Kind(
        "call_control_application", "application_name", ("application_name", "webhook_event_url")
    ),
    "texml_application": Kind("texml_application", "friendly_name", ("friendly_name", "voice_url")),
    "external_connection": Kind("external_connection", "external_sip_connection", ("outbound",)),
    "mobile_voice_connection": Kind("mobile_voice_connection"),
}
READS = tuple(f"GET {kind.template}" for kind in KINDS.values())
CHANGES = tuple(f"PATCH {kind.template}" for kind in KINDS.values())
DELETES = tuple(f"DELETE {kind.template}" for kind in KINDS.values())


def kind_of(answer: Json) -> Kind | None:
    """The type of a connection as `GET /connections/{id}` answers it, in whichever form it is written."""
    data = answer.get("data", answer) if isinstance(answer, dict) else None
    named = str(data.get("record_type")).lower().replace(" ", "_") if isinstance(data, dict) else ""
    return next((kind for kind in KINDS.values() if f"{named}_".startswith(f"{kind.stem}_")), None)


async def find_kind(telnyx: Telnyx, connection_id: str, known: RecordType | None) -> Kind:
    """The type that the caller knows, else the one that the API says. Source: GET /connections/{id}."""
    if known is not None:
        return KINDS[known]
    kind = kind_of(await telnyx.get("/connections/{id}", id=connection_id))
    if kind is None:
        problem = f"The API does not say which; give it, one of {', '.join(KINDS)}."
        raise InvalidArguments([Problem("connection_type", problem)])
    return kind


def require_fitting(kind: Kind, verb: Literal["create", "update"], body: Mapping[str, object]) -> None:
    """Raises InvalidArguments that names every setting which connections of this type do not have or take."""
    from telnyx_tools.catalog.catalog import Catalog  # as big as the rest together, and needed for changes only
    from telnyx_tools.catalog.validate import problems

    operation = Catalog.load()[f"{kind.operations}.{verb}"]
    path = {} if verb == "create" else {"id": "1"}
    wrong = problems(operation, path=path, body=body)
    if wrong:
        raise InvalidArguments([Problem(_argument(kind, one.where), _said(kind, one.what)) for one in wrong])


def _argument(kind: Kind, where: str) -> str:
    name = where.removeprefix("body.")
    return "connection_name" if name == kind.name else name


def _said(kind: Kind, what: str) -> str:
    return f"For a {kind.record_type} it {what}."
