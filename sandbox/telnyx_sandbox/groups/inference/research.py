"""Research: a question is answered with three made-up pages, some seconds later."""

from dataclasses import dataclass
from decimal import Decimal

from ...errors import SandboxError
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .web import result

routes = Routes()

PRICES = {"lite": Decimal("0.01"), "standard": Decimal("0.05"), "deep": Decimal("0.25")}
RUNNING_AFTER_SECS = 1
DONE_AFTER_SECS = {"lite": 5, "standard": 15, "deep": 45}
SOURCES = ("wiki.example.org", "docs.example.dev", "blog.example.net")


@dataclass(frozen=True, slots=True)
class Research:
    id: str
    query: str
    effort: str
    sources: int
    started_at: float

    def status(self, now: float) -> str:
        age = now - self.started_at
        if age < RUNNING_AFTER_SECS:
            return "pending"
        return "running" if age < DONE_AFTER_SECS[self.effort] else "completed"

    def answer(self) -> dict[str, object]:
        pages = [result(host, self.query) for host in SOURCES[: self.sources]]
        citations = [{"title": page["title"], "url": page["url"], "snippet": page["description"]} for page in pages]
        return {"answer": f"What the sandbox made up about {self.query[:500]}.", "citations": citations}


@routes.post("/web_search/research")
def start(request: Request) -> Reply:
    account, body = request.account, request.body
    sources, effort = body.integer("max_sources"), body.text("research_effort") or "standard"
    if sources is not None and sources < 1:
        raise SandboxError("10033", "max_sources must be at least 1.", pointer="/max_sources")
    query = body.required_text("query")
    account.charge(PRICES[effort])
    now = account.clock.now()
    research = Research(account.ids.uuid("research"), query, effort, sources or len(SOURCES), now)
    if not body.flag("background"):
        return data(research.answer())
    account.collection(Research)[research.id] = research
    return data({"task_id": research.id, "status": research.status(now)})


@routes.get("/web_search/research/{task_id}")
def get(request: Request) -> Reply:
    research = request.account.find(Research, request.ids["task_id"])
    status = research.status(request.account.clock.now())
    shown: dict[str, object] = {"task_id": research.id, "status": status}
    return data(shown | research.answer() if status == "completed" else shown)
