"""Sending on WhatsApp.

A message to `+15550` and a six-digit code of `meta_errors` ends with that error: `+15550131026` is accepted and then
fails (as do the codes of `meta_errors.LATE`), `+15550131048` is refused at once. Messages to all other people are
delivered within a second. Prices: 0.004 USD, and for a template Meta's fee by category (`message.PRICES`).
"""

import re

from ...account import Account
from ...body import Body
from ...errors import SandboxError
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from ..inventory.countries import country_of
from ..messaging.messages import keep
from ..messaging_profiles.profiles import MessagingProfile
from .conversation import is_open
from .message import WhatsappContent, WhatsappMessage
from .meta_errors import LATE, TITLES, refused
from .number import WhatsappNumber
from .template import Template

routes = Routes()

LONGEST_TEXT = 4096
_E164 = re.compile(r"\+[1-9][0-9]{1,14}")
_USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]+")
_SCRIPTED = re.compile(r"\+15550([0-9]{6})")


@routes.post("/messages/whatsapp", takes_idempotency_key=True)
def send(request: Request) -> Reply:
    message = _outgoing(request.account, request.body)
    keep(request.account, [message])
    return data(message.render(message.created_at))


def _outgoing(account: Account, body: Body) -> WhatsappMessage:
    number, person = _number(account, body), _person(body)
    content = _content(account, body, number, person)
    profile = _profile(account, body, number)
    late, now = _scripted(person), account.clock.now()
    return WhatsappMessage(
        id=account.ids.uuid("message"),
        organization_id=account.ids.owner_id,
        profile_id=profile.id,
        sender=number.phone_number,
        recipient=person,
        country=country_of(person) or person[:2],
        content=content,
        failure="41000" if late else None,
        created_at=now,
        starts_at=now,
        webhook_url=body.text("webhook_url") or profile.webhook_url,
        webhook_failover_url=profile.webhook_failover_url,
        body=body.fields("whatsapp_message") or {},
        meta_code=late,
    )


def _number(account: Account, body: Body) -> WhatsappNumber:
    number = account.collection(WhatsappNumber).get(body.required_text("from"))
    if number is None:
        raise SandboxError("40305", "The number is not on WhatsApp.", pointer="/from")
    if not number.verified:
        raise refused("133010")
    return number


def _person(body: Body) -> str:
    person = body.required_text("to")
    if not _E164.fullmatch(person) and not _USER_ID.fullmatch(person):
        raise SandboxError("40310", pointer="/to")
    return person


def _profile(account: Account, body: Body, number: WhatsappNumber) -> MessagingProfile:
    profiles = account.collection(MessagingProfile)
    named = body.text("messaging_profile_id") or number.profile.get("profile_id") or next(iter(profiles), "")
    profile = profiles.get(str(named))
    if profile is None:
        raise SandboxError("10017", "No such messaging profile.", pointer="/messaging_profile_id")
    return profile


def _content(account: Account, body: Body, number: WhatsappNumber, person: str) -> WhatsappContent:
    """The content to send. Raises SandboxError if the message is not allowed."""
    message = body.object("whatsapp_message") or Body({})
    kind = message.required_text("type")
    if kind not in message:
        raise SandboxError("10004", f"'{kind}' is required.", pointer=f"/whatsapp_message/{kind}")
    if kind == "template":
        return _templated(account, message.object("template") or Body({}), number, person)
    if not is_open(account, number.phone_number, person):
        raise refused("131047")
    text = (message.object("text") or Body({})).text("body") or "" if kind == "text" else ""
    if len(text) > LONGEST_TEXT:
        raise refused("131009")
    return WhatsappContent(text, None, (), None, 1)


def _templated(account: Account, sent: Body, number: WhatsappNumber, person: str) -> WhatsappContent:
    template = _template(account, sent, number)
    states = {"APPROVED": None, "PAUSED": "132015", "DISABLED": "132016"}
    problem = states.get(template.status(account.clock.now()), "132001")
    if problem is None and template.category == "AUTHENTICATION" and _USER_ID.fullmatch(person):
        problem = "131009"
    if problem is None and any(_values(sent, kind) != template.variables(kind) for kind in ("HEADER", "BODY")):
        problem = "132000"
    if problem is None and not template.button_values <= _buttons(sent):
        problem = "131008"
    if template.has_media and problem in (None, "132000"):
        # The API's parameters have a type for a file, and no field that could name one.
        problem = "132012"
    if problem is not None:
        raise refused(problem)
    return WhatsappContent("", None, (), None, 1, template.category)


def _template(account: Account, sent: Body, number: WhatsappNumber) -> Template:
    template_id, name = sent.text("template_id"), sent.text("name")
    code = (sent.object("language") or Body({})).text("code")
    for template in account.collection(Template).values():
        named = template.id == template_id if template_id else (template.name, template.language) == (name, code)
        if named and template.business_id == number.business_id:
            return template
    raise refused("132001")


def _values(sent: Body, kind: str) -> int:
    components = [one for one in sent.objects("components") if one.text("type") == kind.lower()]
    return sum(len(list(one.objects("parameters"))) for one in components)


def _buttons(sent: Body) -> set[int]:
    """The indexes of the buttons that the message gives a value."""
    found = [one for one in sent.objects("components") if one.text("type") == "button" and one.objects("parameters")]
    return {index for one in found if (index := one.integer("index")) is not None}


def _scripted(person: str) -> str | None:
    """The code that a message to this person fails with after it was taken."""
    scripted = _SCRIPTED.fullmatch(person)
    if scripted is None or scripted[1] not in TITLES:
        return None
    if scripted[1] in LATE:
        return scripted[1]
    raise refused(scripted[1])
