"""Meta's rules for templates, checked before submitting: a review takes up to two days."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from telnyx_tools.argument_errors import Problem
from telnyx_tools.groups.whatsapp.template_parts import Parts, TemplateButton, TemplateCard, TemplateHeader

_VARIABLE = re.compile(r"\{\{(.*?)\}\}")
_NEEDED = {
    "QUICK_REPLY": ("text",),
    "URL": ("text", "url"),
    "PHONE_NUMBER": ("text", "phone_number"),
    "COPY_CODE": ("example",),
    "OTP": ("otp_type",),
    "FLOW": ("text", "flow_id"),
}


def problems(category: str | None, parts: Parts) -> list[Problem]:
    """Everything that is wrong with the parts of a template; `category` is None where it stays as it is."""
    found = [*_whole(category, parts), *_text("body", parts.body, parts.body_examples)]
    if parts.header:
        found += _header(parts.header)
    if parts.footer and _VARIABLE.search(parts.footer):
        found.append(Problem("footer", "A footer takes no variables."))
    found += _buttons("buttons", parts.buttons)
    for index, card in enumerate(parts.cards):
        found += _card(f"cards.{index}", card)
    return found


def _whole(category: str | None, parts: Parts) -> Iterator[Problem]:
    authenticates = category == "AUTHENTICATION"
    if category is not None and not authenticates and not parts.body:
        yield Problem("body", f"A template of the category {category} needs a body.")
    if authenticates and (parts.header or parts.cards):
        yield Problem("category", "An authentication template has no header and no cards.")
    if category not in (None, "AUTHENTICATION") and parts.code_expiration_minutes is not None:
        yield Problem("code_expiration_minutes", "Only an authentication template has it.")
    if parts.footer and parts.code_expiration_minutes is not None:
        yield Problem("footer", "Give footer or code_expiration_minutes, not both.")
    if len(parts.cards) == 1:
        yield Problem("cards", "Give at least two cards.")
    if parts.cards and (parts.header or parts.footer or parts.buttons):
        yield Problem("cards", "Beside cards only a body stands; each card has a header and buttons of its own.")


def _header(header: TemplateHeader) -> Iterator[Problem]:
    if header.format == "TEXT":
        if not header.text:
            yield Problem("header.text", "A header of format TEXT needs it.")
        elif len(_VARIABLE.findall(header.text)) > 1:
            yield Problem("header.text", "A header takes at most one variable, {{1}}.")
        else:
            yield from _text("header.text", header.text, [header.example] if header.example else [], "header.example")
    elif header.text:
        yield Problem("header.text", f"A header of format {header.format} has no text.")
    elif not header.example and header.format != "LOCATION":
        yield Problem("header.example", "Give the handle of a sample file, as Meta gave it after its upload.")


def _text(where: str, text: str | None, examples: Sequence[str], at: str | None = None) -> Iterator[Problem]:
    """The variables of a text: {{1}}, {{2}} without a gap, none at either end, each with an example."""
    at = at or f"{where}_examples"
    text = (text or "").strip()
    names = list(dict.fromkeys(name.strip() for name in _VARIABLE.findall(text)))
    if sorted(names) != sorted(str(number + 1) for number in range(len(names))):
        yield Problem(where, "Number the variables from {{1}} on without a gap.")
    elif text.startswith("{{") or text.endswith("}}"):
        yield Problem(where, "A variable stands neither first nor last; put words before and after it.")
    if len(examples) != len(names):
        yield Problem(at, f"Give one example for each variable: {len(names)}, not {len(examples)}.")


def _buttons(where: str, buttons: Sequence[TemplateButton]) -> Iterator[Problem]:
    for index, button in enumerate(buttons):
        for name in _NEEDED[button.type]:
            if not getattr(button, name):
                yield Problem(f"{where}.{index}.{name}", f"A button of type {button.type} needs it.")
        if button.otp_type == "ONE_TAP" and not (button.package_name and button.signature_hash):
            yield Problem(f"{where}.{index}.package_name", "ONE_TAP needs package_name and signature_hash.")
        if button.url and "{{" in button.url:
            yield from _url(f"{where}.{index}", button)


def _url(where: str, button: TemplateButton) -> Iterator[Problem]:
    if not re.fullmatch(r"[^{}]+\{\{1\}\}", button.url or ""):
        yield Problem(f"{where}.url", "A URL takes one variable, {{1}}, at its end.")
    if not button.example:
        yield Problem(f"{where}.example", "Give a whole URL as the example of {{1}}.")


def _card(where: str, card: TemplateCard) -> Iterator[Problem]:
    yield from _text(f"{where}.body", card.body, card.body_examples)
    yield from _buttons(f"{where}.buttons", card.buttons)
