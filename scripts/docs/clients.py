"""Makes the guides in docs/clients from the table of clients."""

from __future__ import annotations

from collections.abc import Iterable

from telnyx_remote_mcp.web.clients import Client, checked, clients

URL = "https://mcp.example.com/v2/mcp"

TRIED = {"tests/clients": ", as far as signing in goes", "tests/node/inspector.test.js": ", with a key"}
"""How much of a guide each test covers."""

ELSEWHERE = """\
- Answers 401: the key is missing, mistyped or deleted. 421: the server was not told that it is reached by this name.
  More in [troubleshooting](../troubleshooting.md).
- To see fewer tools, take another endpoint, such as `{url}/apps/messaging/mcp`, or `?read_only=true`:
  [surfaces](../surfaces.md).
- What the agent may do after signing in is changed and ended at `/account` of the server."""


def guides() -> dict[str, str]:
    """Return each guide, and the list of them, by its path."""
    known = clients(URL)
    return {
        "docs/clients/README.md": _index(known),
        **{f"docs/clients/{client.slug}.md": _guide(client) for client in known},
    }


def _index(known: list[Client]) -> str:
    rows = [f"| [{client.name}]({client.slug}.md) | {_how(client)} | {_basis(client)} |" for client in known]
    return "\n".join(
        [
            "# Clients",
            "",
            f"One short guide for each. `{URL}` stands for your endpoint, which on your own machine is",
            "`http://127.0.0.1:8080/v2/mcp`. [Clients that sign in](../clients.md) says which were tried, and how.",
            "",
            "| client | how | this guide |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _guide(client: Client) -> str:
    lines = [f"# {client.name}", ""]
    if client.steps:
        lines += [*_numbered(client.steps), ""]
    if client.bundle:
        lines += ["Or on your own computer, as a bundle:", "", *_numbered(client.bundle), ""]
    if client.snippet:
        lines += [_before(client), "", f"```{client.language}", client.snippet, "```", ""]
    if client.sign_in:
        lines += ["## Without a key: sign in", "", *_sign_in(client), ""]
    lines += ["## Worth knowing", "", *(f"- {note}" for note in client.notes), ELSEWHERE.format(url=URL), ""]
    return "\n".join([*lines, _said(client), ""])


def _numbered(steps: Iterable[str]) -> list[str]:
    return [f"{number}. {step}" for number, step in enumerate(steps, 1)]


def _before(client: Client) -> str:
    place = client.where or (f"`{client.file}`" if client.file else "")
    if client.local:
        return f"Or on your own computer, in the file ({place}):"
    if place:
        return f"In {place}:"
    return "In a terminal:" if client.language == "sh" else "In your program, with the key in `TELNYX_API_KEY`:"


def _sign_in(client: Client) -> list[str]:
    if client.sign_in.startswith(("claude ", "codex ")):
        return ["```sh", client.sign_in, "```", *(["", client.steps_sign_in] if client.steps_sign_in else [])]
    return [client.sign_in]


def _how(client: Client) -> str:
    ways = ["key"] if client.snippet or "Bearer" in " ".join(client.steps) else []
    signs_in = client.sign_in or "asks which account" in " ".join(client.steps) or "OAuth2" in " ".join(client.steps)
    return ", ".join([*ways, *(["sign-in"] if signs_in else [])])


def _basis(client: Client) -> str:
    return "tried at every change" if client.test else f"from its documentation, {checked()}"


def _said(client: Client) -> str:
    source = f"From [its documentation]({client.source}) as it was on {checked()}"
    if client.test:
        return f"{source}; `.ci/run` tries it at every change, in `{client.test}`{TRIED[client.test]}."
    return f"{source}; not tried here."
