"""Message templates. Each account starts with six, in every state that a template can have."""

import re

from ...account import Account
from ...errors import SandboxError
from ...pages import numbered
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .business_account import find as find_business
from .template import REVIEWED_AFTER_SECS, Component, Template

routes = Routes()

_CODE = "{{1}} is your verification code."
_NAME = re.compile(r"[a-z0-9_]{1,512}")
_TEXTS: tuple[tuple[str, str, str, str | None], ...] = (
    ("order_confirmation", "UTILITY", "Hi {{1}}, your order {{2}} is confirmed and on its way.", None),
    ("appointment_reminder", "UTILITY", "Your appointment is on {{1}}. Reply to change it.", None),
    ("login_code", "AUTHENTICATION", "Your code is {{1}}. Do not share it.", None),
    ("summer_sale", "MARKETING", "Everything for summer is 20% off this week.", "PAUSED"),
    ("old_greeting", "MARKETING", "Hello from the sandbox shop.", "DISABLED"),
    ("rejected_offer", "MARKETING", "Buy now, buy now, buy now!", None),
)


def create(
    account: Account, business_id: str, name: str, category: str, language: str, components: list[Component]
) -> Template:
    now = account.clock.now()
    template = Template(
        id=account.ids.uuid("whatsapp_template"),
        template_id=account.ids.snowflake("whatsapp_template"),
        business_id=business_id,
        name=name,
        category=category,
        language=language,
        components=components,
        created_at=now,
        submitted_at=now,
        updated_at=now,
    )
    account.collection(Template)[template.id] = template
    return template


def seed(account: Account, business_id: str) -> None:
    for name, category, text, state in _TEXTS:
        template = create(account, business_id, name, category, "en_US", [{"type": "BODY", "text": text}])
        template.submitted_at -= REVIEWED_AFTER_SECS
        template.state = state


@routes.get("/whatsapp/message_templates")
def list_templates(request: Request) -> Reply:
    query, account, now = request.query, request.account, request.account.clock.now()
    query.filters(*(f"filter[{name}]" for name in ("waba_id", "category", "status", "search")))
    waba_id, wanted = query.text("filter[waba_id]"), (query.text("filter[status]") or "").upper()
    business_id = find_business(account, waba_id).id if waba_id else None
    found = [
        one
        for one in account.collection(Template).values()
        if business_id in (None, one.business_id)
        and query.text("filter[category]") in (None, one.category)
        and wanted in ("", one.status(now))
        and (query.text("filter[search]") or "").lower() in one.name
    ]
    return numbered(request, found, lambda template: template.render(now))


@routes.post("/whatsapp/message_templates")
def create_template(request: Request) -> Reply:
    account, body = request.account, request.body
    business = find_business(account, body.required_text("waba_id"))
    name, language = body.required_text("name"), body.required_text("language")
    if not _NAME.fullmatch(name):
        raise SandboxError("10015", "A name has lower-case letters, digits and underscores.", pointer="/name")
    if any(one.name == name and one.language == language for one in account.collection(Template).values()):
        raise SandboxError("10027", "There is a template of this name and language already.", pointer="/name")
    category = body.required_text("category")
    components = _components(request, category)
    template = create(account, business.id, name, category, language, components)
    return data(template.render(account.clock.now()), 201)


@routes.get("/whatsapp_message_templates/{id}")
def get(request: Request) -> Reply:
    return data(request.account.find(Template, request.id).render(request.account.clock.now()))


@routes.patch("/whatsapp_message_templates/{id}")
def update(request: Request) -> Reply:
    """Change the template, which is then reviewed anew."""
    now, template = request.account.clock.now(), request.account.find(Template, request.id)
    template.category = request.body.text("category") or template.category
    if "components" in request.body:
        template.components = _components(request, template.category)
    template.submitted_at = template.updated_at = now
    return data(template.render(now))


@routes.delete("/whatsapp_message_templates/{id}")
def delete(request: Request) -> Reply:
    template = request.account.find(Template, request.id)
    del request.account.collection(Template)[template.id]
    return Reply(None, 204)


def _components(request: Request, category: str) -> list[Component]:
    given = request.json.get("components") if isinstance(request.json, dict) else None
    found = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    return _with_code(found) if category == "AUTHENTICATION" else found


def _with_code(components: list[Component]) -> list[Component]:
    """Set the text that Meta writes for an authentication template."""
    body = next((one for one in components if one.get("type") == "BODY"), {"type": "BODY"})
    others = [one for one in components if one is not body]
    return [{"text": _CODE, **body}, *others]
