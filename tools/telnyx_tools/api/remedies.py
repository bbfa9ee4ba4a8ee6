"""Remedies: what to do after an error, in words of this server. The table is `remedies.toml`."""

import re
from functools import cache

WHATSAPP = "41000"
"""The code of Telnyx for an error of Meta, whose text reads `{Meta's code} - {its title}`."""

REFUSED = "10010"
"""A code of Telnyx that refused calls have too; their text names the reason, such as `D38`."""

_CALL_REASON = re.compile(r"\b(D[0-9]{1,2})\b")
_META_CODE = re.compile(r"\W*([0-9]{3,6})\b")


def remedy(code: str, status: int, *texts: str | None) -> str | None:
    """The next step for an agent after an error, at most 160 characters; None if there is no advice.

    The `code` decides: Telnyx's ("10009"), S3's ("NoSuchKey") or OAuth's ("invalid_grant"). If it is unknown or empty,
    the HTTP `status` decides. Meta's code in one of the `texts` takes precedence over `41000`, and the reason why a
    call was refused over `10010`.
    """
    remedies = _remedies()
    keys = (meta_code(code, *texts) or _call_reason(code, *texts) or code, code, str(status), f"{status // 100}xx")
    return next((remedies[key] for key in keys if key in remedies), None)


def meta_code(code: str, *texts: str | None) -> str | None:
    """Meta's own code of a WhatsApp error; None if it is not such an error or no text begins with a code."""
    if code != WHATSAPP:
        return None
    found = (_META_CODE.match(text) for text in texts if text)
    return next((match[1] for match in found if match), None)


def _call_reason(code: str, *texts: str | None) -> str | None:
    """Return the reason why a call was refused; None if the error is about something else."""
    if code != REFUSED:
        return None
    return next((match[1] for text in texts if text and (match := _CALL_REASON.search(text))), None)


@cache
def _remedies() -> dict[str, str]:
    import tomllib
    from importlib.resources import files

    areas = tomllib.loads(files(__package__).joinpath("remedies.toml").read_text("utf-8"))
    return {code: text for area in areas.values() for codes, text in area.items() for code in codes.split()}
