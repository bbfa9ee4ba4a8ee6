"""Knowledge from buckets and websites: embed, follow, search by meaning."""

from telnyx_tools.tool.group import Group

embeddings = Group(
    "embeddings",
    title="Embeddings",
    summary="Knowledge from buckets and websites: embed, follow, search by meaning.",
    package=__name__,
)
