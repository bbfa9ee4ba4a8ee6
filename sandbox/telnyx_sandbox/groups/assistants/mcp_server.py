"""MCP servers whose tools assistants use."""

from dataclasses import dataclass

from ...account import Account
from ...body import Body
from ...clock import iso
from ...errors import SandboxError
from ...reply import Reply
from ...request import Request
from ...routing import Routes
from ..embeddings.integration_secrets import has_secret

routes = Routes()


@dataclass(slots=True)
class McpServer:
    id: str
    name: str
    type: str
    url: str
    created_at: float
    api_key_ref: str | None = None
    allowed_tools: list[str] | None = None

    def render(self) -> dict[str, object]:
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "url": self.url,
            "api_key_ref": self.api_key_ref,
            "allowed_tools": self.allowed_tools,
            "created_at": iso(self.created_at),
        }


@routes.get("/ai/mcp_servers")
def list_servers(request: Request) -> Reply:
    """Return a page of servers as a bare list."""
    query = request.query
    number, size = query.integer("page[number]", 1, low=1, high=10**9), query.integer("page[size]", 20, low=1, high=250)
    kind, url = query.text("type"), query.text("url")
    kept = request.account.collection(McpServer).values()
    found = [each for each in kept if kind in (None, each.type) and url in (None, each.url)]
    return Reply([each.render() for each in found[(number - 1) * size : number * size]])


@routes.post("/ai/mcp_servers", takes_idempotency_key=True)
def create_server(request: Request) -> Reply:
    account, body = request.account, request.body
    name, kind, url = (body.required_text(each) for each in ("name", "type", "url"))
    server = McpServer(account.ids.uuid("mcp_server"), name, kind, url, account.clock.now())
    _set(account, server, body)
    account.collection(McpServer)[server.id] = server
    return Reply(server.render())


@routes.get("/ai/mcp_servers/{mcp_server_id}")
def get_server(request: Request) -> Reply:
    return Reply(_server(request).render())


@routes.put("/ai/mcp_servers/{mcp_server_id}")
def update_server(request: Request) -> Reply:
    server, body = _server(request), request.body
    server.name = body.text("name") or server.name
    server.type = body.text("type") or server.type
    server.url = body.text("url") or server.url
    _set(request.account, server, body)
    return Reply(server.render())


@routes.delete("/ai/mcp_servers/{mcp_server_id}")
def delete_server(request: Request) -> Reply:
    del request.account.collection(McpServer)[_server(request).id]
    return Reply(None, 204)


def _server(request: Request) -> McpServer:
    return request.account.find(McpServer, request.ids["mcp_server_id"])


def _set(account: Account, server: McpServer, body: Body) -> None:
    if "api_key_ref" in body:
        secret = body.text("api_key_ref")
        if secret is not None and not has_secret(account, secret):
            raise SandboxError("10017", "There is no integration secret of this identifier.", pointer="/api_key_ref")
        server.api_key_ref = secret
    if "allowed_tools" in body:
        server.allowed_tools = body.texts("allowed_tools")
