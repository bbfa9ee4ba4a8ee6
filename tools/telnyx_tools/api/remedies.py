"""What to do next after an error, in our own words: the table is `remedies.toml`."""

import re
from functools import cache

WHATSAPP = "41000"
"""The code under which Telnyx passes on what Meta answered: the detail is then `{Meta's code} - {its title}`."""

_META_CODE = re.compile(r"\W*([0-9]{3,6})\b")


def remedy(code: str, status: int, detail: str | None = None) -> str | None:
    """The next step for an agent after an error, at most 160 characters; None where there is no advice.

    `code` is Telnyx's ("10009"), S3's ("NoSuchKey") or OAuth's ("invalid_grant") and decides; the HTTP
    `status` answers where the code is unknown or empty. Meta's code in `detail` is more exact than `41000`.
    """
    remedies = _remedies()
    keys = (meta_code(code, detail) or code, code, str(status), f"{status // 100}xx")
    return next((remedies[key] for key in keys if key in remedies), None)


def meta_code(code: str, detail: str | None) -> str | None:
    """Meta's own code of a WhatsApp error, where the error is one and tells it."""
    found = _META_CODE.match(detail or "") if code == WHATSAPP else None
    return found[1] if found else None


@cache
def _remedies() -> dict[str, str]:
    import tomllib
    from importlib.resources import files

    areas = tomllib.loads(files(__package__).joinpath("remedies.toml").read_text("utf-8"))
    return {code: text for area in areas.values() for codes, text in area.items() for code in codes.split()}
