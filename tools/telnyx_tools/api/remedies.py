"""What to do next after an error, in our own words: the table is `remedies.toml`."""

from functools import cache


def remedy(code: str, status: int) -> str | None:
    """The next step for an agent after an error, at most 160 characters; None where there is no advice.

    `code` is Telnyx's ("10009"), S3's ("NoSuchKey") or OAuth's ("invalid_grant") and decides; the HTTP
    `status` answers where the code is unknown or empty.
    """
    remedies = _remedies()
    keys = (code, str(status), f"{status // 100}xx")
    return next((remedies[key] for key in keys if key in remedies), None)


@cache
def _remedies() -> dict[str, str]:
    import tomllib
    from importlib.resources import files

    areas = tomllib.loads(files(__package__).joinpath("remedies.toml").read_text("utf-8"))
    return {code: text for area in areas.values() for codes, text in area.items() for code in codes.split()}
