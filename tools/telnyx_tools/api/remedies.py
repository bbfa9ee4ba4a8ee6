"""The next step after an error, in our own words: the table is `remedies.toml`."""

import re
from functools import cache

WHATSAPP = "41000"
"""The code under which Telnyx passes on what Meta answered, as `{Meta's code} - {its title}`."""

REFUSED = "10010"
"""The code under which Telnyx also refuses calls; its texts name the reason, as in `D38`."""

_CALL_REASON = re.compile(r"\b(D[0-9]{1,2})\b")
_META_CODE = re.compile(r"\W*([0-9]{3,6})\b")


def remedy(code: str, status: int, *texts: str | None) -> str | None:
    """The next step for an agent after an error, at most 160 characters; None where there is no advice.

    `code` is Telnyx's ("10009"), S3's ("NoSuchKey") or OAuth's ("invalid_grant") and decides; the HTTP
    `status` answers where the code is unknown or empty. Where the `texts` of the error name
    Meta's code, that one decides before `41000`, and why a call was refused before `10010`.
    """
    remedies = _remedies()
    keys = (meta_code(code, *texts) or _call_reason(code, *texts) or code, code, str(status), f"{status // 100}xx")
    return next((remedies[key] for key in keys if key in remedies), None)


def meta_code(code: str, *texts: str | None) -> str | None:
    """Meta's own code of a WhatsApp error, where the error is one and a text of it begins with it."""
    if code != WHATSAPP:
        return None
    found = (_META_CODE.match(text) for text in texts if text)
    return next((match[1] for match in found if match), None)


def _call_reason(code: str, *texts: str | None) -> str | None:
    """Return why a call was refused, where that is what the error says."""
    if code != REFUSED:
        return None
    return next((match[1] for text in texts if text and (match := _CALL_REASON.search(text))), None)


@cache
def _remedies() -> dict[str, str]:
    import tomllib
    from importlib.resources import files

    areas = tomllib.loads(files(__package__).joinpath("remedies.toml").read_text("utf-8"))
    return {code: text for area in areas.values() for codes, text in area.items() for code in codes.split()}
