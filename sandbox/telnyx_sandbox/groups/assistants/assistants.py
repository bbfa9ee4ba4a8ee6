"""Assistants: made, read, changed, copied, deleted and brought back."""

from functools import partial

from ...account import Account
from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from ..connections.connection import Connection
from ..embeddings.integration_secrets import has_secret
from ..numbers.phone_number import numbers_of
from .assistant import RESTORABLE_SECS, Assistant, Settings, find, find_deleted, merged, new_version, tools_of
from .changes import check_model, complete, let_answer, read_settings, read_tool_ids, with_addresses

routes = Routes()


@routes.post("/ai/assistants", takes_idempotency_key=True)
def create_assistant(request: Request) -> Reply:
    account, body = request.account, request.body
    body.required_text("name")
    body.required_text("instructions")
    tool_ids = read_tool_ids(account, body) or []
    given = read_settings(request)
    check_model(given)
    settings = complete(account, given)
    assistant = _create(account, settings, tool_ids, body.text("version_name"))
    assistant.tags = body.texts("tags") or []
    return Reply(assistant.render(account))


@routes.get("/ai/assistants")
def list_assistants(request: Request) -> Reply:
    """Return all assistants: this list has no pages."""
    account = request.account
    return Reply({"data": [each.render(account) for each in _live(account)]})


@routes.get("/ai/assistants/{assistant_id}")
def get_assistant(request: Request) -> Reply:
    """Show the assistant. No webhook is asked for dynamic variables: only the numbers are added."""
    query, shown = request.query, find(request.account, request.ids["assistant_id"]).render(request.account)
    if query.flag("fetch_dynamic_variables_from_webhook"):
        numbers = {"telnyx_end_user_target": query.text("from"), "telnyx_agent_target": query.text("to")}
        known = shown.get("dynamic_variables")
        shown["dynamic_variables"] = {**(known if isinstance(known, dict) else {}), **numbers}
    return Reply(shown)


@routes.post("/ai/assistants/{assistant_id}")
def update_assistant(request: Request) -> Reply:
    account, body = request.account, request.body
    assistant = find(account, request.ids["assistant_id"])
    tool_ids = read_tool_ids(account, body)
    settings = merged(assistant.main.settings, read_settings(request))
    check_model(settings)
    kept = assistant.main.tool_ids if tool_ids is None else tool_ids
    version = new_version(account, body.text("version_name"), settings, kept)
    assistant.add(version, promote=body.flag("promote_to_main") is not False)
    tags = body.texts("tags")
    assistant.tags = assistant.tags if tags is None else tags
    return Reply(assistant.render(account, version))


@routes.delete("/ai/assistants/{assistant_id}")
def delete_assistant(request: Request) -> Reply:
    account, hard = request.account, request.query.flag("hard_delete")
    assistant = account.find(Assistant, request.ids["assistant_id"])
    if assistant.deleted_at is not None and not hard:
        raise SandboxError("10005", "This assistant is deleted already.")
    holder = _refers_to(account, assistant.id)
    if holder is not None:
        detail = f"The assistant {holder.main.settings['name']} ({holder.id}) hands conversations over to this one."
        raise SandboxError("10015", detail)
    assistant.deleted_at = account.clock.now()
    if hard:
        _erase(account, assistant)
    return Reply({"id": assistant.id, "object": "assistant", "deleted": True})


@routes.get("/ai/assistants/deleted")
def list_deleted(request: Request) -> Reply:
    account, now = request.account, request.account.clock.now()
    kept = account.collection(Assistant).values()
    deleted = [each for each in kept if each.deleted_at is not None and now - each.deleted_at <= RESTORABLE_SECS]
    return numbered(request, deleted, partial(_render_deleted, account))


@routes.get("/ai/assistants/{assistant_id}/deleted")
def get_deleted(request: Request) -> Reply:
    return Reply(find_deleted(request.account, request.ids["assistant_id"]).render_deleted(request.account))


@routes.post("/ai/assistants/{assistant_id}/restore")
def restore_assistant(request: Request) -> Reply:
    assistant = find_deleted(request.account, request.ids["assistant_id"])
    assistant.deleted_at = None
    return Reply(assistant.render(request.account))


@routes.post("/ai/assistants/{assistant_id}/clone", takes_idempotency_key=True)
def clone_assistant(request: Request) -> Reply:
    account = request.account
    original = find(account, request.ids["assistant_id"]).main
    settings = {**original.settings, "name": f"{original.settings['name']} (copy)"}
    settings = {**settings, "telephony_settings": {}, "messaging_settings": {}}
    return Reply(_create(account, with_addresses(account, settings), original.tool_ids, None).render(account))


@routes.get("/ai/assistants/{assistant_id}/texml")
def get_texml(request: Request) -> Reply:
    assistant = find(request.account, request.ids["assistant_id"])
    document = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Response><Connect><AIAssistant id="{assistant.id}"></AIAssistant></Connect></Response>'
    )
    return Reply(document.encode(), media_type="application/xml; charset=utf-8")


@routes.post("/ai/assistants/import", takes_idempotency_key=True)
def import_assistants(request: Request) -> Reply:
    account, body = request.account, request.body
    provider, secret = body.required_text("provider"), body.required_text("api_key_ref")
    if not has_secret(account, secret):
        raise SandboxError("10017", "There is no integration secret of this identifier.", pointer="/api_key_ref")
    found = [_import(account, provider, each) for each in body.texts("import_ids") or ["first"]]
    return Reply({"data": [each.render(account) for each in found]})


def _create(account: Account, settings: Settings, tool_ids: list[str], version_name: str | None) -> Assistant:
    version = new_version(account, version_name, settings, tool_ids)
    assistant_id = f"assistant-{account.ids.uuid('assistant')}"
    assistant = Assistant(assistant_id, account.clock.now(), [version], version.id)
    account.collection(Assistant)[assistant.id] = assistant
    let_answer(account, assistant_id, settings)
    return assistant


def _import(account: Account, provider: str, import_id: str) -> Assistant:
    """Import an assistant, in the place of one that an earlier import made."""
    origin: Settings = {"import_provider": provider, "import_id": import_id}
    settings: Settings = {"name": f"{provider} {import_id}", "instructions": f"You came from {provider}."}
    for known in _live(account):
        if known.imported_from == origin:
            known.add(new_version(account, None, merged(known.main.settings, settings), []), promote=True)
            return known
    assistant = _create(account, complete(account, settings), [], None)
    assistant.imported_from = origin
    return assistant


def _live(account: Account) -> list[Assistant]:
    return [each for each in account.collection(Assistant).values() if each.deleted_at is None]


def _render_deleted(account: Account, assistant: Assistant) -> Settings:
    return assistant.render_deleted(account)


def _refers_to(account: Account, assistant_id: str) -> Assistant | None:
    """Find another assistant that hands over to this one."""
    for each in _live(account):
        if each.id != assistant_id and assistant_id in _handed_over_to(account, each):
            return each
    return None


def _handed_over_to(account: Account, assistant: Assistant) -> set[str]:
    found: set[str] = set()
    for tool in tools_of(account, assistant.main):
        handoff = tool.get("handoff")
        others = handoff.get("ai_assistants") if isinstance(handoff, dict) else None
        found |= {str(each.get("id")) for each in others or () if isinstance(each, dict)}
    return found


def _erase(account: Account, assistant: Assistant) -> None:
    """Delete the assistant with its TeXML application, unless numbers are assigned to that."""
    del account.collection(Assistant)[assistant.id]
    telephony = assistant.main.settings.get("telephony_settings")
    application = telephony.get("default_texml_app_id") if isinstance(telephony, dict) else None
    if not any(number.connection_id == application for number in numbers_of(account)):
        account.collection(Connection).pop(str(application), None)
