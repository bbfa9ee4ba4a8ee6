"""The countries of the inventory, with the types and features of their numbers."""

from ...errors import SandboxError
from ...reply import Reply, data
from ...request import Request
from ...routing import Routes
from .blocks import BLOCKS, Block

routes = Routes()

COUNTRIES = {
    "US": ("United States", "AMER"),
    "CA": ("Canada", "AMER"),
    "GB": ("United Kingdom", "EMEA"),
    "FR": ("France", "EMEA"),
    "DE": ("Germany", "EMEA"),
    "AU": ("Australia", "APAC"),
}
KINDS = ("local", "toll_free", "mobile", "national", "shared_cost")


@routes.get("/country_coverage")
def list_countries(request: Request) -> Reply:
    return Reply({"data": {name: _render(code) for code, (name, _) in COUNTRIES.items()}})


@routes.get("/country_coverage/countries/{country_code}")
def show(request: Request) -> Reply:
    code = request.ids["country_code"]
    if code not in COUNTRIES:
        raise SandboxError("10005")
    return data(_render(code))


def _render(code: str) -> dict[str, object]:
    blocks = [block for block in BLOCKS if block.country == code]
    by_kind = {kind: [block for block in blocks if block.kind == kind] for kind in KINDS}
    return {
        "code": code,
        "region": COUNTRIES[code][1],
        "numbers": True,
        "inventory_coverage": True,
        "phone_number_type": [kind for kind, found in by_kind.items() if found],
        **_abilities(blocks),
        **{
            kind: {**_abilities(found), "full_pstn_replacement": True} if found else {}
            for kind, found in by_kind.items()
        },
    }


def _abilities(blocks: list[Block]) -> dict[str, object]:
    features = sorted({feature for block in blocks for feature in block.features})
    return {
        "features": features,
        "international_sms": "international_sms" in features,
        "p2p": False,
        "quickship": True,
        "reservable": True,
    }
