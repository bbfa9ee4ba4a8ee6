"""The versions of an assistant, canary deploys, and tags."""

from ...account import Account
from ...clock import iso
from ...errors import SandboxError
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from .assistant import Assistant, Settings, Version, find, merged
from .changes import read_settings, read_tool_ids

routes = Routes()


@routes.get("/ai/assistants/{assistant_id}/versions")
def list_versions(request: Request) -> Reply:
    assistant = _assistant(request)
    newest = sorted(assistant.versions, key=lambda version: version.created_at, reverse=True)
    return Reply({"data": [assistant.render(request.account, version) for version in newest]})


@routes.get("/ai/assistants/{assistant_id}/versions/{version_id}")
def get_version(request: Request) -> Reply:
    return _rendered(request, _version(request))


@routes.post("/ai/assistants/{assistant_id}/versions/{version_id}")
def update_version(request: Request) -> Reply:
    version, body = _version(request), request.body
    tool_ids = read_tool_ids(request.account, body)
    version.settings = merged(version.settings, read_settings(request))
    version.tool_ids = version.tool_ids if tool_ids is None else tool_ids
    version.name = body.text("version_name") or version.name
    return _rendered(request, version)


@routes.delete("/ai/assistants/{assistant_id}/versions/{version_id}")
def delete_version(request: Request) -> Reply:
    assistant, version = _assistant(request), _version(request)
    if version.id == assistant.main_id:
        raise SandboxError("10015", "The main version cannot be deleted; promote another one first.")
    assistant.versions.remove(version)
    return Reply(None, 204)


@routes.post("/ai/assistants/{assistant_id}/versions/{version_id}/promote")
def promote_version(request: Request) -> Reply:
    assistant = _assistant(request)
    assistant.promote(request.ids["version_id"])
    return _rendered(request, assistant.main)


@routes.get("/ai/assistants/{assistant_id}/canary-deploys")
def get_canary(request: Request) -> Reply:
    canary = _assistant(request).canary
    if canary is None:
        raise SandboxError("10005", "The assistant has no canary deploy.")
    return Reply(canary)


@routes.post("/ai/assistants/{assistant_id}/canary-deploys", takes_idempotency_key=True)
def start_canary(request: Request) -> Reply:
    if _assistant(request).canary is not None:
        raise SandboxError("10015", "The assistant has a canary deploy already.")
    return _set_canary(request, request.account.clock.now())


@routes.put("/ai/assistants/{assistant_id}/canary-deploys")
def change_canary(request: Request) -> Reply:
    get_canary(request)
    return _set_canary(request, request.account.clock.now())


@routes.delete("/ai/assistants/{assistant_id}/canary-deploys")
def stop_canary(request: Request) -> Reply:
    get_canary(request)
    _assistant(request).canary = None
    return Reply(None, 204)


@routes.get("/ai/assistants/tags")
def list_tags(request: Request) -> Reply:
    kept = request.account.collection(Assistant).values()
    return Reply({"tags": sorted({tag for each in kept if each.deleted_at is None for tag in each.tags})})


@routes.post("/ai/assistants/{assistant_id}/tags")
def add_tag(request: Request) -> Reply:
    assistant, tag = _assistant(request), request.body.required_text("tag")
    if tag not in assistant.tags:
        assistant.tags.append(tag)
    return Reply({"tags": assistant.tags})


@routes.delete("/ai/assistants/{assistant_id}/tags/{tag}")
def remove_tag(request: Request) -> Reply:
    assistant = _assistant(request)
    if request.ids["tag"] not in assistant.tags:
        raise SandboxError("10005", "The assistant has no such tag.")
    assistant.tags.remove(request.ids["tag"])
    return Reply({"tags": assistant.tags})


def _assistant(request: Request) -> Assistant:
    return find(request.account, request.ids["assistant_id"])


def _version(request: Request) -> Version:
    return _assistant(request).version(request.ids["version_id"])


def _rendered(request: Request, version: Version) -> Reply:
    return Reply(_assistant(request).render(request.account, version))


def _set_canary(request: Request, now: float) -> Reply:
    assistant = _assistant(request)
    rules = [_rule(request.account, assistant, rule) for rule in _given_rules(request)]
    started = assistant.canary["created_at"] if assistant.canary else iso(now)
    assistant.canary = {
        "assistant_id": assistant.id,
        "rules": rules,
        "created_at": started,
        "updated_at": iso(now),
    }
    return Reply(assistant.canary)


def _given_rules(request: Request) -> list[Settings]:
    given = request.json.get("rules") if isinstance(request.json, dict) else None
    return [rule for rule in given or () if isinstance(rule, dict)]


def _rule(account: Account, assistant: Assistant, rule: Settings) -> Settings:
    """The canary rule of the body. Raises SandboxError if one of its versions does not exist."""
    serve = rule.get("serve")
    served = serve if isinstance(serve, dict) else {}
    for slot in served.get("rollout") or ():
        assistant.version(str(slot["version_id"]))
    if served.get("version_id"):
        assistant.version(str(served["version_id"]))
    return {"match": [], **rule}
