"""How a list is paged: the query keys for a page, and where the answer has the items and the next page."""

from scripts.catalog.schemas import Schema, Types

_STYLES = (
    # (key of the page or cursor, key of the size, style)
    (("page", "number"), ("page", "size"), "number"),
    (("page", "after"), ("page", "limit"), "cursor"),
    (("page", "after"), ("page", "size"), "cursor"),
    (("page", "after"), ("page_size",), "cursor"),
    (("page_number",), ("page_size",), "number"),
    (("page_cursor",), ("page_size",), "cursor"),
    (("page_cursor",), ("limit",), "cursor"),
    (("page_token",), ("page_size",), "cursor"),
    (("Page",), ("PageSize",), "number"),
    (("cursor",), ("limit",), "cursor"),
    (("cursor",), ("page_size",), "cursor"),
    (("page",), ("recordsPerPage",), "number"),
    (("page",), ("page_size",), "number"),
    (("page",), ("per_page",), "number"),
    (("offset",), ("limit",), "offset"),
)
_CURSORS = (
    ("meta", "cursors", "after"),
    ("meta", "cursor"),
    ("meta", "page_cursor"),
    ("meta", "next_cursor"),
    ("meta", "next_page_token"),
    ("meta", "next"),
    ("next_cursor",),
    ("next_page_token",),
)
_PAGES = (("meta", "total_pages"),)
_TOTALS = (("meta", "total_results"), ("meta", "total"), ("totalRecords",), ("total_records",), ("total",))
_ITEMS = ("data", "records", "queues", "log_messages", "items")


def paging(query: Schema, response: Schema, types: Types) -> Schema:
    """`{"paging": {...}}` for an operation that returns pages, else an empty object. Places are paths of keys."""
    styles = [style for style in _STYLES if _has(query, style[0], types)]
    if not styles:
        return {}
    style = next((style for style in styles if _has(query, style[1], types)), styles[0])
    page: Schema = {"style": style[2], "page": _wire(style[0]), "items": _items(response, types)}
    if _has(query, style[1], types):
        page["size"] = _wire(style[1])
    cursors = _CURSORS if style[2] == "cursor" else ()
    for name, paths in (("next", cursors), ("pages", _PAGES), ("total", _TOTALS)):
        if path := next((path for path in paths if _has(response, path, types)), None):
            page[name] = list(path)
    return {"paging": page}


def _items(response: Schema, types: Types) -> list[str]:
    """The path to the items: a key of the answer, a key inside its `data`, or empty for a bare array."""
    response = types.resolve(response)
    if response.get("type") == "array":
        return []
    properties = response["properties"]
    arrays = [name for name, schema in properties.items() if types.resolve(schema).get("type") == "array"]
    arrays.sort(key=lambda name: "$ref" not in types.resolve(properties[name]).get("items", {}))
    if arrays:
        return [next(name for name in (*_ITEMS, *arrays) if name in arrays)]
    return ["data", *_items(properties["data"], types)]


def _has(schema: Schema, path: tuple[str, ...], types: Types) -> bool:
    for key in path:
        properties = types.resolve(schema).get("properties", {})
        if key not in properties:
            return False
        schema = properties[key]
    return types.resolve(schema).get("type") != "object"


def _wire(path: tuple[str, ...]) -> str:
    return path[0] + "".join(f"[{part}]" for part in path[1:])
