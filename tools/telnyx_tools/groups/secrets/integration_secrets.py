"""Integration secrets: kept by Telnyx under an identifier, and never given back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from telnyx_tools.api.client import Telnyx
from telnyx_tools.argument_errors import InvalidArguments, Problem
from telnyx_tools.groups.secrets import secrets
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page
from telnyx_tools.results.result import Result, objects, shape
from telnyx_tools.tool.bodies import present
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.secret_text import SecretText

Kind = Literal["bearer", "basic"]
NEEDED: dict[Kind, tuple[str, ...]] = {"bearer": ("token",), "basic": ("username", "password")}
LOOKUP_SIZE, LOOKUP_PAGES = 250, 40


class IntegrationSecret(Result):
    """A secret without its value: Telnyx never returns it."""

    id: str | None = None
    identifier: str | None = Field(None, description="what other tools refer to it by")
    created_at: str | None = None
    updated_at: str | None = None


class DeletedSecret(Result):
    id: str | None = None
    deleted: bool | None = None


@secrets.tool(effect=Effect.READ, scope="account_management.read", calls="GET /integration_secrets")
async def list_integration_secrets(
    telnyx: Telnyx, type: Kind | None = None, page: PageCursor = "1", page_size: PageSize = 20
) -> Page[IntegrationSecret]:
    """The account's secrets by identifier, without their values."""
    query = {"filter": {"type": type}}
    return await fetch_page(IntegrationSecret, telnyx, "/integration_secrets", query, page=page, page_size=page_size)


@secrets.tool(effect=Effect.WRITE, scope="account_management.write", calls="POST /integration_secrets")
async def create_integration_secret(
    telnyx: Telnyx,
    identifier: Annotated[str, Field(min_length=1, description="a name of your own, like openai-token")],
    type: Kind,
    token: SecretText | None = None,
    username: SecretText | None = None,
    password: SecretText | None = None,
) -> IntegrationSecret:
    """Store a credential of another service: a bearer token, or a username and password. Assistants use its
    identifier."""
    value = {"token": token, "username": username, "password": password}
    if problems := _problems(type, value):
        raise InvalidArguments(problems)
    body = {"identifier": identifier, "type": type, **value}
    return shape(IntegrationSecret, await telnyx.post("/integration_secrets", body=present(body)))


@secrets.tool(
    effect=Effect.DESTROY,
    scope="account_management.write",
    calls=("DELETE /integration_secrets/{id}", "GET /integration_secrets"),
)
async def delete_integration_secret(
    telnyx: Telnyx,
    id: Annotated[str, Field(min_length=1, max_length=1_000, description="id or identifier of the secret")],
) -> DeletedSecret:
    """Delete a secret for good. Whatever still refers to it stops working."""
    secret_id = await _id(telnyx, id)
    await telnyx.delete("/integration_secrets/{id}", id=secret_id)
    return DeletedSecret(id=secret_id, deleted=True)


def _problems(kind: Kind, value: dict[str, str | None]) -> list[Problem]:
    needed = NEEDED[kind]
    missing = [Problem(name, f"A {kind} secret needs it.") for name in needed if value[name] is None]
    other = [name for name in value if name not in needed and value[name] is not None]
    return missing + [Problem(name, f"A {kind} secret has none; leave it out.") for name in other]


async def _id(telnyx: Telnyx, name: str) -> str:
    """The id of the secret that is called so, `name` itself where it is an id."""
    for number in range(1, LOOKUP_PAGES + 1):
        answer: Any = await telnyx.get("/integration_secrets", query={"page": {"number": number, "size": LOOKUP_SIZE}})
        listed = objects(answer)
        found = [secret.get("id") for secret in listed if secret.get("identifier") == name]
        if found and isinstance(found[0], str):
            return found[0]
        if len(listed) < LOOKUP_SIZE or any(secret.get("id") == name for secret in listed):
            break
    return name
