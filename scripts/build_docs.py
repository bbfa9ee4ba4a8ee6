"""Writes the generated documents: the tool tables (`docs/tools.md`, a page per group, the README's short form) and the
cards."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scripts.docs.clients import guides

from telnyx_remote_mcp.commands.manual import about, type_of
from telnyx_remote_mcp.discovery.registration import release_files
from telnyx_tools.registry import GROUPS, registry
from telnyx_tools.tool.group import Group
from telnyx_tools.tool.tool import Tool

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- tools: begin -->", "<!-- tools: end -->"


def documents() -> dict[str, str]:
    """Each generated document by its path."""
    groups = registry().groups.values()
    return {
        "docs/tools.md": _index(groups),
        **{f"docs/tools/{group.name}.md": _page(group) for group in groups},
        "README.md": _readme((ROOT / "README.md").read_text(), groups),
        **guides(),
        "tools/telnyx_tools/names.json": _names(),
        **{name: content.decode() for name, content in release_files().items()},
    }


def _names() -> str:
    """The JSON that maps modules to the names of their tools, so that one tool can be loaded without the others."""
    modules = zip(GROUPS, registry().groups.values(), strict=True)
    listed = {
        module: [name for tool in group.tools for name in (tool.name, *tool.aliases)] for module, group in modules
    }
    return json.dumps(listed, indent=1) + "\n"


def _index(groups: Iterable[Group]) -> str:
    groups = list(groups)
    names = sorted((tool for group in groups for tool in group.tools), key=lambda tool: tool.name)
    return "\n".join(
        [
            "# Tools",
            "",
            f"{len(names)} tools in {len(groups)} groups. Each group is an endpoint of its own,",
            "`/v2/mcp/apps/<group>/mcp`, and has a page here. Tools marked ● are in the default surface;",
            "`?surface=full` shows all.",
            "",
            *_groups(groups),
            "",
            "## All tools, by name",
            "",
            *_table(names, where=True),
            "",
        ]
    )


def _groups(groups: Iterable[Group], path: str = "tools/") -> list[str]:
    rows = ["| group | tools | what it is for |", "|---|---|---|"]
    return rows + [f"| [{g.name}]({path}{g.name}.md) | {len(g.tools)} | {g.summary} |" for g in groups]


def _table(tools: Iterable[Tool], *, where: bool = False) -> list[str]:
    head = "| tool | | effect | scope | calls |"
    rows = [head.replace("| |", "| | group |") if where else head, "|---|" + "---|" * (5 if where else 4)]
    for tool in tools:
        group = f" [{tool.group}](tools/{tool.group}.md) |" if where else ""
        calls = "<br>".join(f"`{call}`" for call in (*tool.calls, *(f"S3 {operation}" for operation in tool.s3)))
        mark = "●" if tool.core else ""
        rows.append(f"| `{tool.name}` | {mark} |{group} {_effect(tool)} | {_scope(tool)} | {calls} |")
    return rows


def _scope(tool: Tool) -> str:
    return f"`{tool.scope}`" if tool.scope else ""


def _effect(tool: Tool) -> str:
    effect = "read, paid" if tool.paid else tool.effect.value
    return f"{effect}, stdio only" if tool.local else effect


def _page(group: Group) -> str:
    lines = [
        f"# {group.title}",
        "",
        group.summary,
        "",
        f"Endpoint: `/v2/mcp/apps/{group.name.replace('_', '-')}/mcp`",
        "",
        *_table(group.tools),
    ]
    for tool in group.tools:
        lines += ["", f"## {tool.name}", "", tool.description, "", *_arguments(tool.input_schema)]
    return "\n".join([*lines, ""])


def _arguments(schema: Mapping[str, Any]) -> list[str]:
    if not schema["properties"]:
        return ["No arguments."]
    rows = ["| argument | type | |", "|---|---|---|"]
    for name, inner in schema["properties"].items():
        needed = "**required**. " if name in schema.get("required", ()) else ""
        rows.append(f"| `{name}` | {type_of(inner, '`')} | {needed}{_cell(about(inner))} |")
    return rows


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _readme(readme: str, groups: Iterable[Group]) -> str:
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    table = "\n".join(_groups(groups, "docs/tools/"))
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def main() -> int:
    for path, text in documents().items():
        target = ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
