"""The tools that assistants share, and their attachment to assistants."""

from ...account import Account
from ...body import Body
from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from ..storage.bucket import Bucket
from .assistant import find
from .tool import TYPES, AssistantTool, Fields

routes = Routes()


@routes.get("/ai/tools")
def list_tools(request: Request) -> Reply:
    query = request.query
    query.filters("filter[name]", "filter[type]")
    name, kind = (query.text("filter[name]") or "").lower(), query.text("filter[type]")
    kept = request.account.collection(AssistantTool).values()
    found = [each for each in kept if name in each.display_name.lower() and kind in (None, each.type)]
    return numbered(request, found, AssistantTool.render)


@routes.post("/ai/tools", takes_idempotency_key=True)
def create_tool(request: Request) -> Reply:
    account, body = request.account, request.body
    name, kind = body.required_text("display_name"), body.choice("type", TYPES)
    if kind is None:
        raise SandboxError("10004", "'type' is required.", pointer="/type")
    if any(each.display_name == name for each in account.collection(AssistantTool).values()):
        raise SandboxError("10015", "There is a tool of this name.", pointer="/display_name")
    tool = AssistantTool(account.ids.uuid("assistant_tool"), kind, name, account.clock.now())
    tool.definition = _definition(account, body, kind)
    tool.timeout_ms = body.integer("timeout_ms") or tool.timeout_ms
    account.collection(AssistantTool)[tool.id] = tool
    return Reply(tool.render())


@routes.get("/ai/tools/{tool_id}")
def get_tool(request: Request) -> Reply:
    return Reply(_tool(request).render())


@routes.patch("/ai/tools/{tool_id}")
def update_tool(request: Request) -> Reply:
    tool, body = _tool(request), request.body
    other = next((kind for kind in TYPES if kind in body and kind != tool.type), None)
    if other is not None:
        raise SandboxError("10015", f"This tool is of the type {tool.type}.", pointer=f"/{other}")
    if tool.type in body:
        tool.definition = _definition(request.account, body, tool.type)
    tool.display_name = body.text("display_name") or tool.display_name
    tool.timeout_ms = body.integer("timeout_ms") or tool.timeout_ms
    return Reply(tool.render())


@routes.delete("/ai/tools/{tool_id}")
def delete_tool(request: Request) -> Reply:
    del request.account.collection(AssistantTool)[_tool(request).id]
    return Reply(None, 204)


@routes.put("/ai/assistants/{assistant_id}/tools/{tool_id}")
def attach_tool(request: Request) -> Reply:
    version, tool = find(request.account, request.ids["assistant_id"]).main, _tool(request)
    if tool.id not in version.tool_ids:
        version.tool_ids.append(tool.id)
    return Reply({"id": tool.id})


@routes.delete("/ai/assistants/{assistant_id}/tools/{tool_id}")
def detach_tool(request: Request) -> Reply:
    version = find(request.account, request.ids["assistant_id"]).main
    if request.ids["tool_id"] not in version.tool_ids:
        raise SandboxError("10005", "The assistant does not have this tool.")
    version.tool_ids.remove(request.ids["tool_id"])
    return Reply({"id": request.ids["tool_id"]})


def _tool(request: Request) -> AssistantTool:
    return request.account.find(AssistantTool, request.ids["tool_id"])


def _definition(account: Account, body: Body, kind: str) -> Fields:
    definition = body.fields(kind)
    if definition is None:
        raise SandboxError("10004", f"'{kind}' is required for this type.", pointer=f"/{kind}")
    inner = body.object(kind)
    for name in (inner.texts("bucket_ids") if inner and kind == "retrieval" else None) or ():
        if name not in account.collection(Bucket):
            raise SandboxError("10017", f"There is no bucket {name}.", pointer="/retrieval/bucket_ids")
    return definition
