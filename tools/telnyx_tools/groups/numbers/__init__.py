"""Phone numbers: find, order, configure and release them. Each module declares the tools of its noun."""

from telnyx_tools.tool.group import Group

numbers = Group(
    "numbers",
    title="Phone numbers",
    summary="Search, order, list, configure and release phone numbers; requirements and emergency addresses.",
    package=__name__,
)
