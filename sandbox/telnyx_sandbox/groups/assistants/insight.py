"""Insights: findings from conversations that have ended."""

import json
from dataclasses import dataclass, field

from ...account import Account
from ...clock import iso
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes

routes = Routes()

Fields = dict[str, object]


@dataclass(slots=True)
class Insight:
    id: str
    created_at: float
    given: Fields

    def render(self) -> Fields:
        return {
            "json_schema": None,
            "webhook": "",
            **self.given,
            "id": self.id,
            "insight_type": "custom",
            "created_at": iso(self.created_at),
        }

    def result(self, users: list[str]) -> str:
        """Return the user's last words in a sentence, or as JSON with one copy for each property of the schema."""
        last = users[-1] if users else ""
        schema = self.given.get("json_schema")
        properties = schema.get("properties") if isinstance(schema, dict) else None
        if isinstance(properties, dict):
            return json.dumps(dict.fromkeys(properties, last))
        return f"{self.given['name']}: {last}"


@dataclass(slots=True)
class InsightGroup:
    id: str
    created_at: float
    given: Fields
    insights: list[Insight] = field(default_factory=list)

    def render(self) -> Fields:
        return {
            "description": "",
            "webhook": "",
            **self.given,
            "id": self.id,
            "insights": [insight.render() for insight in self.insights],
            "created_at": iso(self.created_at),
        }


def results_of(account: Account, group_id: object, users: list[str]) -> list[Fields]:
    """The result of each of the group's insights for the user's messages."""
    group = account.collection(InsightGroup).get(str(group_id))
    return [{"insight_id": each.id, "result": each.result(users)} for each in group.insights] if group else []


@routes.get("/ai/conversations/insight-groups")
def list_groups(request: Request) -> Reply:
    return numbered(request, list(request.account.collection(InsightGroup).values()), InsightGroup.render)


@routes.post("/ai/conversations/insight-groups", takes_idempotency_key=True)
def create_group(request: Request) -> Reply:
    account = request.account
    request.body.required_text("name")
    group = InsightGroup(account.ids.uuid("insight_group"), account.clock.now(), _given(request))
    account.collection(InsightGroup)[group.id] = group
    return data(group.render())


@routes.get("/ai/conversations/insight-groups/{group_id}")
def get_group(request: Request) -> Reply:
    return data(_group(request).render())


@routes.delete("/ai/conversations/insight-groups/{group_id}")
def delete_group(request: Request) -> Reply:
    del request.account.collection(InsightGroup)[_group(request).id]
    return Reply(None, 204)


@routes.get("/ai/conversations/insights")
def list_insights(request: Request) -> Reply:
    return numbered(request, list(request.account.collection(Insight).values()), Insight.render)


@routes.post("/ai/conversations/insights", takes_idempotency_key=True)
def create_insight(request: Request) -> Reply:
    account = request.account
    request.body.required_text("name")
    request.body.required_text("instructions")
    insight = Insight(account.ids.uuid("insight"), account.clock.now(), _given(request))
    account.collection(Insight)[insight.id] = insight
    return data(insight.render())


@routes.post("/ai/conversations/insight-groups/{group_id}/insights/{insight_id}/assign")
def assign(request: Request) -> Reply:
    group, insight = _group(request), _insight(request)
    if insight not in group.insights:
        group.insights.append(insight)
    return Reply(None, 204)


@routes.delete("/ai/conversations/insight-groups/{group_id}/insights/{insight_id}/unassign")
def unassign(request: Request) -> Reply:
    group, insight = _group(request), _insight(request)
    group.insights = [each for each in group.insights if each is not insight]
    return Reply(None, 204)


def _group(request: Request) -> InsightGroup:
    return request.account.find(InsightGroup, request.ids["group_id"])


def _insight(request: Request) -> Insight:
    return request.account.find(Insight, request.ids["insight_id"])


def _given(request: Request) -> Fields:
    return dict(request.json) if isinstance(request.json, dict) else {}
