"""SQL databases of an account, made and asked."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from telnyx_tools.api.client import LONG_SECS, Telnyx
from telnyx_tools.groups.storage import storage
from telnyx_tools.groups.storage.key_values import NewName
from telnyx_tools.results.outside import Outside
from telnyx_tools.results.pages import Page, PageCursor, PageSize, fetch_page, fitting
from telnyx_tools.results.result import BUDGET, Result, objects, shape
from telnyx_tools.results.shorten import shorten, size
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.source import From
from telnyx_tools.tool.types import Id

SqlDatabaseId = Annotated[Id, From("list_sql_databases")]
_ENVELOPE = 500


class SqlDatabase(Result):
    id: str | None = None
    name: str | None = None
    status: str | None = Field(None, description="pending, then provisioned")
    created_at: str | None = None


class SqlAnswer(Result):
    rows: Annotated[list[dict[str, Any]] | None, Outside("who wrote the rows")] = None
    count: int | None = Field(None, description="rows that the statement gave")
    not_shown: int | None = Field(None, description="rows for which there was no room; use LIMIT and OFFSET")
    changes: int | None = Field(None, description="rows changed")
    last_row_id: int | None = None


@storage.tool(effect=Effect.READ, scope="storage.read", calls="GET /storage/sqldbs")
async def list_sql_databases(telnyx: Telnyx, page: PageCursor = "1", page_size: PageSize = 20) -> Page[SqlDatabase]:
    """The account's SQL databases."""
    return await fetch_page(SqlDatabase, telnyx, "/storage/sqldbs", {}, page=page, page_size=page_size)


@storage.tool(effect=Effect.WRITE, scope="storage.write", calls="POST /storage/sqldbs")
async def create_sql_database(telnyx: Telnyx, name: NewName) -> SqlDatabase:
    """Create an SQL database (SQLite dialect); it accepts statements once provisioned."""
    return shape(SqlDatabase, await telnyx.post("/storage/sqldbs", body={"name": name}))


@storage.tool(effect=Effect.DESTROY, scope="storage.write", calls="DELETE /storage/sqldbs/{id}")
async def delete_sql_database(telnyx: Telnyx, sql_database_id: SqlDatabaseId) -> SqlDatabase:
    """Delete an SQL database and all its data."""
    await telnyx.delete("/storage/sqldbs/{id}", id=sql_database_id)
    return SqlDatabase(id=sql_database_id, status="deleted")


@storage.tool(effect=Effect.DESTROY, scope="storage.write", calls="POST /storage/sqldbs/{id}/actions/query")
async def query_sql_database(
    telnyx: Telnyx,
    sql_database_id: SqlDatabaseId,
    sql: Annotated[str, Field(min_length=1, max_length=100_000, description="one statement, ? for each of params")],
    params: list[str | float | bool] = [],
) -> SqlAnswer:
    """Run an SQL statement, which may read, change or delete. Pass values as params, never inside the SQL text."""
    body = {"sql": sql, **({"params": params} if params else {})}
    answer: Any = await telnyx.post(
        "/storage/sqldbs/{id}/actions/query", body=body, timeout_secs=LONG_SECS, id=sql_database_id
    )
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict):
        return shape(SqlAnswer, answer if isinstance(answer, dict) else None)
    found = objects(data.get("results"))
    room = BUDGET["summary"] - _ENVELOPE
    shown = (shorten(row, room)[0] for row in found)
    rows = fitting(((row, size(row)) for row in shown), room)
    meta: Any = data.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    return shape(
        SqlAnswer,
        {
            "rows": rows,
            "count": data.get("count"),
            "not_shown": len(found) - len(rows) or None,
            "changes": meta.get("changes"),
            "last_row_id": meta.get("last_row_id"),
        },
    )
