"""The command line as far as it goes without a server: help, options, settings, failures."""

import ast
import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

import pytest
from tests.e2e.processes import SERVICE_LINKS

from telnyx_remote_mcp.cli import COMMANDS, main
from telnyx_remote_mcp.commands import completion
from telnyx_remote_mcp.commands.arguments import parsed
from telnyx_remote_mcp.commands.call import configure as configure_call
from telnyx_remote_mcp.commands.manual import manual
from telnyx_remote_mcp.commands.options import settings
from telnyx_remote_mcp.commands.serve import configure
from telnyx_remote_mcp.discovery.registration import release_files
from telnyx_remote_mcp.settings import SECRETS, Settings, variable
from telnyx_tools.catalog.catalog import Catalog
from telnyx_tools.registry import registry

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _no_settings_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)


def chosen(*arguments: str) -> Settings:
    parser = ArgumentParser()
    configure(parser)
    return settings(parser.parse_args(arguments))


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that a wrong command line is answered with."""
    assert main(arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    assert output.err.startswith("telnyx-mcp-server: ")
    return output.err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    output = capsys.readouterr().out
    assert all(f"  {command} " in output for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str], command: str) -> None:
    try:
        code = main([command, "--help"])
    except SystemExit as ended:  # as argparse does it
        code = ended.code
    assert code == 0
    assert f"usage: telnyx-mcp-server {command}" in capsys.readouterr().out


def test_help_is_there_before_anything_large_is_imported() -> None:
    program = (
        "import sys; from telnyx_remote_mcp.cli import main; main(['--help']);"
        "sys.exit(any(name in sys.modules for name in ('mcp', 'pydantic', 'httpx2')))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True).returncode == 0


def test_an_unknown_command_is_answered_with_the_nearest_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Did you mean serve?" in refusal(capsys, "sevre")


@pytest.mark.parametrize("arguments", [["help"], ["--help"], ["-h"]])
def test_help_is_a_word_too(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert main(arguments) == 0
    assert "telnyx-mcp-server [COMMAND]" in capsys.readouterr().out


def test_help_of_a_command_is_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["help", "doctor"])
    assert "usage: telnyx-mcp-server doctor" in capsys.readouterr().out


@pytest.mark.parametrize("argument", ["version", "-V", "--version"])
def test_the_version_is_told_in_every_usual_way(capsys: pytest.CaptureFixture[str], argument: str) -> None:
    assert main([argument]) == 0
    assert capsys.readouterr().out.startswith("telnyx-mcp-server 0.")


def test_a_tool_in_the_place_of_a_command_is_told_where_it_belongs(capsys: pytest.CaptureFixture[str]) -> None:
    assert "telnyx-mcp-server call send_message --help" in refusal(capsys, "send_message")


@pytest.mark.parametrize(
    "arguments", [("tools", "send_messge"), ("call", "send_messge"), ("call", "send_messge", "-h")]
)
def test_a_tool_that_does_not_exist_is_answered_with_the_nearest_and_its_group(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert "Did you mean send_message (messaging)" in refusal(capsys, *arguments)


def test_an_operation_in_the_place_of_a_tool_is_told_how_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    operation = next(iter(Catalog.load()))
    assert f"get_api_endpoint_schema endpoint={operation}" in refusal(capsys, "call", operation)


@pytest.mark.parametrize("arguments", [["tools", "send_message"], ["call", "send_message", "--help"]])
def test_the_manual_of_a_tool_has_its_arguments_and_an_example(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(arguments) == 0
    output = capsys.readouterr().out
    assert "  to  string, required\n" in output
    assert "spends money or reaches people" in output
    example = output.splitlines()[-1].strip()
    assert example == (
        "telnyx-mcp-server call --sandbox send_message to=+12025550123 from_number=+12025550101 text=Hello"
    )


def test_every_tool_has_a_manual_with_every_argument() -> None:
    for tool in registry().tools.values():
        lines = manual(tool).splitlines()
        for name in tool.input_schema["properties"]:
            assert any(line.startswith(f"  {name}  ") for line in lines), tool.name


def test_options_may_stand_between_a_tool_and_its_arguments() -> None:
    parser = ArgumentParser(conflict_handler="resolve")
    configure_call(parser)
    given = parser.parse_intermixed_args(["get_message", "--sandbox", "message_id=1"])
    assert (given.tool, given.arguments, given.sandbox) == ("get_message", ["message_id=1"], True)


def test_the_tools_for_files_are_on_the_surface_of_stdio_alone(capsys: pytest.CaptureFixture[str]) -> None:
    local = next(tool.name for tool in registry().tools.values() if tool.local)
    assert main(["tools", "--surface", "stdio"]) == 0
    assert f"\n{local} " in capsys.readouterr().out
    assert main(["tools"]) == 0
    assert f"\n{local} " not in capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands_options_and_tools(capsys: pytest.CaptureFixture[str], shell: str) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for word in (*COMMANDS, "--public-url", "send_message"):
        assert word in script
    if shell == "bash":
        typed = "COMP_WORDS=(telnyx-mcp-server call send_m) COMP_CWORD=2; _telnyx_mcp_server; echo ${COMPREPLY[@]}"
        completed = subprocess.run(["bash"], input=f"{script}\n{typed}", capture_output=True, text=True, check=True)
        assert completed.stdout == "send_message\n"


def test_the_completion_knows_every_command() -> None:
    assert set(completion.COMMANDS) == {*COMMANDS, "help", "version"}


def test_a_call_loads_the_group_of_its_tool_alone_and_no_client() -> None:
    program = (
        "import sys; from telnyx_remote_mcp.cli import main;"
        "main(['call', 'get_balance', '--api-base-url', 'http://127.0.0.1:1/v2']);"
        "print([name for name in sys.modules if name == 'mcp' or name.startswith('telnyx_tools.groups.')])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    loaded = ast.literal_eval(ended.stdout.splitlines()[-1])
    assert {name.split(".")[2] for name in loaded} == {"account"}


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_what_an_encoding_does_not_have_is_written_as_json_escapes_it(encoding: str) -> None:
    text = "caf\u00e9 \u4f60 \U0001f600 \ud800"
    program = (
        "import json; from telnyx_remote_mcp.commands.output import take_any_text; take_any_text();"
        f"print(json.dumps({text!r}, ensure_ascii=False))"
    )
    environment = {"PYTHONIOENCODING": encoding, "PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment, check=True)
    assert json.loads(ended.stdout.decode(encoding)) == text


def test_a_key_is_checked_for_its_form_before_it_is_sent_to_a_url(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELNYX_API_KEY", "KEY with a blank")
    assert "TELNYX_API_KEY: " in refusal(capsys, "call", "get_balance", "--url", "http://127.0.0.1:1/mcp")


def test_an_unknown_option_is_one_line_that_says_where_help_is(capsys: pytest.CaptureFixture[str]) -> None:
    error = refusal(capsys, "serve", "--prot=1")
    assert "--prot=1; did you mean --port? (see telnyx-mcp-server serve --help)" in error


@pytest.mark.parametrize("name", [name for name in Settings.model_fields if name not in SECRETS])
def test_every_setting_is_an_option_of_serve(name: str) -> None:
    parser = ArgumentParser()
    configure(parser)
    assert name in vars(parser.parse_args([]))


def test_help_says_which_values_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    output = capsys.readouterr().out
    assert "--log-level debug|info|warning|error" in output
    assert "--oauth embedded|off" in output


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_is_an_option(name: str) -> None:
    parser = ArgumentParser()
    configure(parser)
    assert name not in vars(parser.parse_args([]))


def test_lists_take_commas_and_repetition() -> None:
    assert chosen("--groups", "messaging,numbers", "--groups", "account").groups == ["messaging", "numbers", "account"]


@pytest.mark.parametrize(
    ("option", "value", "name"),
    [
        ("--allowed-host", "mcp.example.com", "allowed_hosts"),
        ("--allowed-origin", "https://app.example.com", "allowed_origins"),
        ("--trusted-proxy", "10.0.0.0/8", "trusted_proxies"),
        ("--exclude-tools", "send_message", "exclude_tools"),
    ],
)
def test_lists_have_the_spelling_for_one_entry(option: str, value: str, name: str) -> None:
    assert getattr(chosen(option, value), name) == [value]


def test_sessions_can_be_asked_for_and_refused() -> None:
    assert chosen().keeps_sessions
    assert not chosen("--workers", "2").keeps_sessions
    assert chosen("--workers", "2", "--stateful").keeps_sessions
    assert not chosen("--stateless").keeps_sessions


def test_an_option_wins_over_the_environment_and_that_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "settings.env"
    file.write_text("TELNYX_MCP_PORT=1\nTELNYX_MCP_HOST=127.0.0.2\nTELNYX_MCP_WORKERS=3\n")
    monkeypatch.setenv("TELNYX_MCP_PORT", "2")
    monkeypatch.setenv("TELNYX_MCP_HOST", "127.0.0.3")
    given = chosen("--env-file", str(file), "--port", "4")
    assert (given.port, given.host, given.workers) == (4, "127.0.0.3", 3)


def test_a_file_is_read_only_where_it_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TELNYX_MCP_PORT=1\n")
    monkeypatch.chdir(tmp_path)
    assert chosen().port == 8080


def test_a_file_that_is_not_there_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert "nowhere.env" in refusal(capsys, "tools", "--env-file", "nowhere.env")


def test_a_worker_reads_the_settings_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELNYX_MCP_WORKERS", "4")
    monkeypatch.setenv("TELNYX_MCP_READ_ONLY", "true")
    given = chosen("--workers", "1", "--allowed-host", "a.example.com,b.example.com", "--stateless")
    for name, value in given.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings() == given


def test_a_worker_is_not_given_the_key_of_stdio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELNYX_API_KEY", "KEY_sandbox_own")
    assert "KEY_sandbox_own" not in chosen().environment().values()


def test_the_earlier_servers_variables_are_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELNYX_API_BASE", "http://127.0.0.1:1/v2")
    monkeypatch.setenv("TELNYX_MCP_TOOLS", "send_message,get_message")
    monkeypatch.setenv("TELNYX_MCP_EXCLUDE_TOOLS", "get_message")
    given = chosen()
    assert given.api_base_url == "http://127.0.0.1:1/v2"
    assert (given.tools, given.exclude_tools) == (["send_message", "get_message"], ["get_message"])


def test_the_earlier_servers_options_list_tools(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--list-tools", "--tools", "send_message,get_message", "--exclude-tools", "get_message"]
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["send_message"]


def test_a_wrong_value_is_named_by_its_option_and_its_variable(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--port (TELNYX_MCP_PORT): " in refusal(capsys, "serve", "--port", "70000")


@pytest.mark.parametrize(("option", "value"), [("--port", "99999"), ("--port", "-5"), ("--speed", "nan")])
def test_the_sandbox_takes_no_port_and_no_speed_that_there_cannot_be(
    capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    assert f"argument {option}: '{value}' is no " in refusal(capsys, "sandbox", option, value)


def test_a_mistyped_variable_is_an_error_and_not_ignored(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TELNYX_MCP_READONLY", "true")
    assert main(["tools"]) == 2
    assert "Did you mean TELNYX_MCP_READ_ONLY?" in capsys.readouterr().err


def test_a_mistyped_name_in_a_file_is_an_error_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_text("OTHER_PROGRAM=1\nTELNYX_MCP_READONLY=true\n")
    error = refusal(capsys, "tools", "--env-file", str(file))
    assert str(file) in error
    assert "Did you mean TELNYX_MCP_READ_ONLY?" in error


def test_what_kubernetes_sets_for_a_service_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SERVICE_LINKS.items():
        monkeypatch.setenv(name, value)
    assert chosen().port == 8080
    assert chosen("--port", "9000").port == 9000


def test_a_wrong_group_is_answered_with_the_valid_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert "messaging" in refusal(capsys, "tools", "--groups", "mesaging")


def test_a_host_outside_telnyx_is_refused_before_a_key_goes_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--allow-custom-upstream" in refusal(capsys, "stdio", "--api-base-url", "https://api.example.com/v2")


def test_the_table_says_what_each_tool_does_and_where_it_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tools", "--groups", "messaging"]) == 0
    header, *rows = (line.split() for line in capsys.readouterr().out.splitlines())
    assert header == ["TOOL", "GROUP", "EFFECT", "SCOPE", "DEFAULT"]
    assert ["send_message", "messaging", "spends", "messaging.write", "yes"] in rows
    assert {row[1] for row in rows} == {"messaging"}


def test_read_only_leaves_the_tools_that_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tools", "--json", "--read-only"]) == 0
    assert {tool["effect"] for tool in json.loads(capsys.readouterr().out)} == {"read"}


def test_the_json_has_what_is_declared_of_a_tool(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tools", "--json", "--tools", "get_balance"]) == 0
    (tool,) = json.loads(capsys.readouterr().out)
    assert (tool["name"], tool["group"], tool["scope"]) == ("get_balance", "account", "billing.read")
    assert tool["calls"] == ["GET /balance"]
    assert tool["aliases"] == []
    assert 0 < tool["approx_tokens"] < 200


@pytest.mark.parametrize(
    ("text", "schema", "value"),
    [
        ("12", {"type": "string"}, "12"),
        ("12", {"type": "integer"}, 12),
        ("true", {"type": "boolean"}, True),
        ('["a"]', {"type": "array"}, ["a"]),
        ("a,b", {"type": "array"}, "a,b"),
        ("null", {"anyOf": [{"type": "string"}, {"type": "null"}]}, "null"),
        ("null", {"anyOf": [{"type": "integer"}, {"type": "null"}]}, None),
        ("7", {"enum": ["7", "8"]}, "7"),
        ("7", {}, 7),
    ],
)
def test_an_argument_is_text_where_it_may_be_and_else_json(text: str, schema: dict[str, object], value: object) -> None:
    assert parsed(text, schema) == value


@pytest.mark.parametrize("argument", ["area_code", "=312"])
def test_an_argument_without_a_name_or_value_is_refused(capsys: pytest.CaptureFixture[str], argument: str) -> None:
    assert "name=value" in refusal(capsys, "call", "list_available_phone_numbers", argument)


def test_an_argument_given_twice_is_refused_and_not_half_ignored(capsys: pytest.CaptureFixture[str]) -> None:
    error = refusal(capsys, "call", "send_message", "to=+12025550123", "to=+12025550124")
    assert "to is given more than once" in error


def test_a_call_without_a_tool_says_where_they_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Which TOOL? telnyx-mcp-server tools lists them" in refusal(capsys, "call")


@pytest.mark.parametrize("url", ["http://[", "http://127.0.0.1:abc/mcp"])
def test_what_is_no_url_is_refused(capsys: pytest.CaptureFixture[str], url: str) -> None:
    assert f"--url {url} is no URL" in refusal(capsys, "call", "get_balance", "--url", url)


def test_a_key_is_sent_only_over_https_or_to_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    assert "https" in refusal(capsys, "call", "get_balance", "--url", "http://mcp.example.com/mcp")


@pytest.mark.parametrize(("options", "file"), [([], "server-card.json"), (["--registry"], "server.json")])
def test_the_card_is_the_one_that_the_repository_holds(
    capsys: pytest.CaptureFixture[str], options: list[str], file: str
) -> None:
    assert main(["card", *options]) == 0
    assert capsys.readouterr().out == release_files()[file].decode()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_explained(name: str) -> None:
    assert f"| `{variable(name)}` |" in (ROOT / "docs/settings.md").read_text()


def test_the_readme_claims_the_name_in_the_registry() -> None:
    assert f"mcp-name: {Settings.model_fields['server_name'].default}" in (ROOT / "README.md").read_text()
