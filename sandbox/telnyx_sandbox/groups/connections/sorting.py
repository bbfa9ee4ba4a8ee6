"""The order that `sort` asks for: a field, or `-field` for the highest first."""

from ...errors import SandboxError
from ...request import Request

Resource = dict[str, object]


def in_order(request: Request, found: list[Resource], fields: tuple[str, ...]) -> list[Resource]:
    order = request.query.text("sort") or "created_at"
    name = order.removeprefix("-")
    if name not in fields:
        raise SandboxError("10015", f"This list sorts by {', '.join(fields)}.", parameter="sort")
    return sorted(found, key=lambda each: str(each[name]), reverse=order.startswith("-"))
