"""A small registry of tools to test with."""

from telnyx_tools.registry import Registry
from telnyx_tools.results.result import Result
from telnyx_tools.tool.effect import Effect
from telnyx_tools.tool.group import Group

texts = Group("texts", title="Texts", summary="Texts.")
phone_lines = Group("phone_lines", title="Lines", summary="Lines.")


@texts.tool(effect=Effect.READ, scope="texts.read", core=True)
async def list_texts() -> Result:
    """List texts."""
    return Result()


@texts.tool(effect=Effect.SPENDS, scope="texts.write", core=True, aliases=("send_sms",), check="Look.")
async def send_text() -> Result:
    """Send a text."""
    return Result()


@texts.tool(effect=Effect.WRITE, scope="texts.write")
async def update_text() -> Result:
    """Update a text."""
    return Result()


@phone_lines.tool(effect=Effect.READ, scope="lines.read", compact=True)
async def list_lines() -> Result:
    """List lines."""
    return Result()


@phone_lines.tool(effect=Effect.DESTROY, scope="lines.write", core=True)
async def delete_line() -> Result:
    """Delete a line."""
    return Result()


def things() -> Registry:
    return Registry(lambda: (texts, phone_lines))
