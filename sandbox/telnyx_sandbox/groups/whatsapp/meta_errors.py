"""Meta's error codes, which the API passes on as 41000 with the detail `{code} - {title}`."""

from ...errors import SandboxError

TITLES = {
    "368": "Temporarily blocked for policies violations",
    "130429": "Rate limit hit",
    "130472": "User's number is part of an experiment",
    "131000": "Something went wrong",
    "131008": "Required parameter is missing",
    "131009": "Parameter value is not valid",
    "131026": "Message undeliverable",
    "131031": "Account has been locked",
    "131047": "Re-engagement message",
    "131048": "Spam rate limit hit",
    "131049": "Not delivered to maintain healthy ecosystem engagement",
    "131053": "Media upload error",
    "131056": "Pair rate limit hit",
    "132000": "Number of parameters does not match the expected number of params",
    "132001": "Template does not exist in the translation",
    "132005": "Translated text too long",
    "132007": "Template format character policy violated",
    "132012": "Template parameter format mismatch",
    "132015": "Template is paused",
    "132016": "Template is disabled",
    "133010": "Phone number not registered",
}
LATE = ("130472", "131026", "131049", "131053")
"""Codes of messages that Meta accepts first and fails afterwards."""


def detail_of(code: str) -> str:
    return f"{code} - {TITLES[code]}"


def refused(code: str) -> SandboxError:
    """The error for a message that Meta refuses at once."""
    return SandboxError("41000", detail_of(code))
