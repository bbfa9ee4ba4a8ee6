"""Every documented error has an answer that an agent can act on."""

import re
import subprocess
import sys
import tomllib
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from telnyx_tools.api.remedies import remedy

LISTED = Path(__file__).with_name("error_codes.txt").read_text("utf-8").splitlines()
DOCUMENTED = [code for line in LISTED if not line.startswith("#") for code in line.split()]
AREAS = tomllib.loads(files("telnyx_tools.api").joinpath("remedies.toml").read_text("utf-8"))
ROWS = [(keys, text) for area in AREAS.values() for keys, text in area.items()]
TOOLS = {
    "cloud_storage_create_bucket",
    "cloud_storage_delete_object",
    "cloud_storage_get_bucket_location",
    "cloud_storage_list_buckets",
    "cloud_storage_list_objects",
    "create_whatsapp_template",
    "get_api_endpoint_schema",
    "get_balance",
    "get_call_status",
    "get_messaging_profile",
    "get_number_order",
    "get_phone_number",
    "get_whatsapp_phone_number",
    "get_whatsapp_template",
    "list_active_calls",
    "list_api_endpoints",
    "list_available_phone_numbers",
    "list_call_control_applications",
    "list_call_events",
    "list_conferences",
    "list_connections",
    "list_messaging_profiles",
    "list_opt_outs",
    "list_outbound_voice_profiles",
    "list_phone_numbers",
    "list_whatsapp_templates",
    "make_call",
    "playback_stop",
    "read_api_endpoint",
    "search_message_records",
    "send_message",
    "send_whatsapp_template",
    "speak",
    "update_call_control_application",
    "update_texml_application",
    "update_messaging_profile",
    "update_outbound_voice_profile",
    "update_phone_number",
    "update_phone_number_messaging_settings",
    "update_whatsapp_business_profile",
    "update_whatsapp_template",
    "upload_media",
    "verify_whatsapp_phone_number",
    "wait_for_call",
    "write_api_endpoint",
}
READS_OF_THE_TABLE = """
import sys
reads = []
sys.addaudithook(lambda event, args: event == "open" and "remedies.toml" in str(args[0]) and reads.append(1))
from telnyx_tools.api.remedies import remedy
print(len(reads))
remedy("10009", 401), remedy("10005", 404)
print(len(reads))
"""


def test_every_documented_code_has_a_remedy_of_its_own() -> None:
    assert len(DOCUMENTED) == len(set(DOCUMENTED)) > 300
    assert [code for code in DOCUMENTED if remedy(code, 0) is None] == []


@pytest.mark.parametrize(
    "status",
    [301, 400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 415, 418, 422, 429, 500, 501, 502, 503, 504, 599],
)
def test_an_unknown_code_is_answered_by_its_status(status: int) -> None:
    assert remedy("10999", status) == remedy("", status) is not None


def test_the_code_decides_before_the_status() -> None:
    assert remedy("90018", 422) == remedy("90018", 0) != remedy("", 422)


@pytest.mark.parametrize("text", ["131047 - Re-engagement message", "(#131047) Re-engagement message"])
def test_metas_code_decides_before_the_one_that_it_comes_with(text: str) -> None:
    assert remedy("41000", 400, text) == remedy("41000", 400, None, text) == remedy("131047", 0)
    assert remedy("41000", 400, "Re-engagement message") == remedy("41000", 0)
    assert remedy("41000", 400, "999999 - Unheard of") == remedy("41000", 0)
    assert remedy("10015", 400, text) == remedy("10015", 0)


def test_the_reason_why_a_call_is_refused_decides_before_the_code_it_comes_with() -> None:
    profile = remedy("10010", 403, "The application has no outbound voice profile (D38).")
    assert profile is not None
    assert "update_call_control_application" in profile
    assert remedy("10010", 403, None, "Destination is not allowed D13") == remedy("D13", 0)
    assert remedy("10010", 403, "Not D99, and no reason") == remedy("10010", 403)
    assert remedy("10015", 400, "D38: no profile") == remedy("10015", 400)


def test_an_exact_status_decides_before_its_class() -> None:
    assert remedy("", 429) != remedy("", 418)
    assert remedy("", 503) != remedy("", 502)


@pytest.mark.parametrize("status", [0, 200, 202])
def test_an_unknown_code_without_an_error_status_has_no_remedy(status: int) -> None:
    assert remedy("10999", status) is None


def test_each_code_is_answered_in_one_place() -> None:
    counted = Counter(code for keys, _ in ROWS for code in keys.split())
    assert [code for code, count in counted.items() if count > 1] == []


def test_codes_with_the_same_answer_share_one_row() -> None:
    counted = Counter(text for _, text in ROWS)
    assert [text for text, count in counted.items() if count > 1] == []


def test_a_remedy_has_at_most_160_characters() -> None:
    assert [text for _, text in ROWS if len(text) > 160] == []


def test_a_remedy_is_sentences_in_plain_characters() -> None:
    assert [text for _, text in ROWS if not re.fullmatch(r"[A-Z0-9][\x20-\x7e]+\.", text)] == []


def test_a_remedy_names_only_known_tools() -> None:
    named = {tool for _, text in ROWS for tool in re.findall(r"`([^`]*)`", text)}
    assert named - TOOLS == set()


def test_a_tool_is_always_named_in_backticks() -> None:
    outside = {word for _, text in ROWS for word in re.findall(r"\w+", re.sub(r"`[^`]*`", "", text))}
    assert outside & TOOLS == set()


def test_the_table_is_read_once_and_not_on_import() -> None:
    done = subprocess.run(
        [sys.executable, "-c", READS_OF_THE_TABLE], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.split() == ["0", "1"]
