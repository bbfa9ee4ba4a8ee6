"""Chat, vectors, speech both ways, summaries and the web, as an agent uses them."""

import base64
import json
from typing import Any

import httpx2
import pytest
from tests import contexts
from tests.tools.groups.sandboxed import answering, call, losing

from telnyx_sandbox.clock import Clock
from telnyx_sandbox.contract import form
from telnyx_tools.api.client import Telnyx
from telnyx_tools.api.errors import ApiError, OutcomeUnknown
from telnyx_tools.argument_errors import InvalidArguments
from telnyx_tools.groups.inference.chat import MOST_TEXT
from telnyx_tools.groups.inference.speech import MOST_ATTACHED, Speech
from telnyx_tools.registry import registry
from telnyx_tools.shared.file_types import mime_type

pytestmark = pytest.mark.anyio

HELLO = [{"role": "user", "content": "Hello"}]
WAV = base64.b64encode(b"RIFF\x00\x00\x00\x00WAVEfmt ").decode()


async def spoken(telnyx: Telnyx, **arguments: object) -> Speech:
    tool = registry().tools["text_to_speech"]
    speech = await contexts.run(tool, arguments, telnyx)
    assert isinstance(speech, Speech)
    return speech


async def test_a_model_answers_and_the_answer_is_paid(telnyx: Telnyx) -> None:
    picture = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": "https://example.com/a.png"},
    ]
    answer = await call(telnyx, "chat_completion", messages=[*HELLO, {"role": "user", "content": picture}])
    assert answer["text"] == "You said: What is this? [image_url]"
    assert answer["usage"]["total_tokens"] > 0
    assert "choices" not in answer
    long = await call(telnyx, "chat_completion", messages=[{"role": "user", "content": "word " * 2_000}])
    assert long["text"].startswith("You said: word")
    assert float((await call(telnyx, "get_balance"))["balance"]) < 100


async def test_a_model_or_voice_that_does_not_exist_is_answered_with_where_they_are(telnyx: Telnyx) -> None:
    with pytest.raises(ApiError) as refused:
        await call(telnyx, "chat_completion", messages=HELLO, model="nobody/none")
    assert refused.value.describe()["remedy"] == "Take model from list_ai_models."
    with pytest.raises(ApiError) as refused:
        await call(telnyx, "text_to_speech", text="Hello", voice="nonsense")
    assert refused.value.describe()["remedy"] == "Take voice from list_tts_voices."


async def test_a_model_answers_in_json_of_a_schema(telnyx: Telnyx) -> None:
    schema = {"type": "object", "properties": {"mood": {"enum": ["good", "bad"]}}}
    answer = await call(telnyx, "chat_completion", messages=HELLO, json_schema=schema)
    assert json.loads(answer["text"]) == {"mood": "good"}


async def test_what_a_model_is_asked_travels_as_the_api_nests_it() -> None:
    sent: list[Any] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(json.loads(request.content))
        message = {"role": "assistant", "content": "x" * (MOST_TEXT + 1)}
        return httpx2.Response(200, json={"choices": [{"message": message, "finish_reason": "stop"}]})

    async with answering(answer) as telnyx:
        given = {"retrieval_buckets": ["manuals"], "region": "EU", "strict_region": True, "api_key_ref": "my_key"}
        found = await call(telnyx, "chat_completion", messages=HELLO, **given)
    assert (len(found["text"]), found["text_cut"]) == (MOST_TEXT, True)
    assert sent == [
        {
            "messages": HELLO,
            "tools": [{"type": "retrieval", "retrieval": {"bucket_ids": ["manuals"]}}],
            "region": "EU",
            "mode": "strict",
            "api_key_ref": "my_key",
        }
    ]


async def test_an_answer_without_a_text_is_shown_as_it_is() -> None:
    message = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}
    reply = httpx2.Response(200, json={"choices": [{"message": message}]})
    async with answering(lambda _: reply) as telnyx:
        found = await call(telnyx, "chat_completion", messages=HELLO)
    assert found["choices"][0]["message"]["tool_calls"] == [{"id": "1"}]


async def test_as_many_vectors_are_given_as_fit(telnyx: Telnyx) -> None:
    found = await call(telnyx, "create_text_embeddings", texts=["red", "red", *"abcdefgh"])
    first, second, *others = found["vectors"]
    assert first == second
    assert len(first) == 1_024
    assert found["vectors_left_out"] == 10 - len(found["vectors"]) > 0
    assert len(json.dumps(found)) < 45_000
    assert len(others) >= 1
    small = await call(telnyx, "create_text_embeddings", texts=["red"], dimensions=3)
    assert len(small["vectors"][0]) == 3
    assert "vectors_left_out" not in small


async def test_speech_comes_attached(telnyx: Telnyx) -> None:
    speech = await spoken(telnyx, text="Hello there, and welcome.")
    (attachment,) = speech.attachments
    assert (attachment.mime_type, attachment.content[:4]) == ("audio/wav", b"RIFF")
    assert speech.wire() == {
        "voice": "Telnyx.KokoroTTS.af",
        "content_type": "audio/wav",
        "size": len(attachment.content),
    }


async def test_speech_goes_into_a_bucket_and_is_not_lost_where_there_is_none(telnyx: Telnyx) -> None:
    place = {"bucket_name": "sounds", "object_name": "hello.wav"}
    lost = await spoken(telnyx, text="Hello", **place)
    assert lost.not_stored
    assert len(lost.attachments) == 1
    await telnyx.s3.create_bucket("sounds", "us-central-1")
    stored = await spoken(telnyx, text="Hello", **place)
    assert (stored.attachments, stored.bucket_name, stored.object_name) == ([], "sounds", "hello.wav")
    entry, content = await telnyx.s3.get("sounds", "hello.wav", max_bytes=100_000)
    assert (entry.content_type, len(content)) == ("audio/wav", stored.size)
    with pytest.raises(InvalidArguments) as refused:
        await spoken(telnyx, text="Something else", **place)
    assert [problem.argument for problem in refused.value.problems] == ["object_name"]
    assert (await telnyx.s3.get("sounds", "hello.wav", max_bytes=100_000))[1] == content


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (
            httpx2.Response(200, content=b"ID3 sound", headers={"content-type": "application/octet-stream"}),
            "audio/mpeg",
        ),
        (httpx2.Response(200, content=b"\x00\x01 raw", headers={"content-type": "audio/pcm"}), "audio/pcm"),
        (httpx2.Response(200, json={"base64_audio": base64.b64encode(b"OggS sound").decode()}), "audio/ogg"),
    ],
)
async def test_speech_is_taken_in_either_form(reply: httpx2.Response, kind: str) -> None:
    async with answering(lambda _: reply) as telnyx:
        (attachment,) = (await spoken(telnyx, text="Hello")).attachments
    assert attachment.mime_type == kind


async def test_speech_that_is_too_long_to_attach_says_what_to_do() -> None:
    async with answering(lambda _: httpx2.Response(200, content=bytes(MOST_ATTACHED + 1))) as telnyx:
        speech = await spoken(telnyx, text="Hello")
    assert speech.attachments == []
    assert "bucket_name" in (speech.not_attached or "")


async def test_speech_from_a_bucket_from_an_address_or_given_becomes_text(telnyx: Telnyx) -> None:
    await telnyx.s3.create_bucket("sounds", "us-central-1")
    await telnyx.s3.put("sounds", "call.wav", b"RIFF", "audio/wav")
    sources: list[dict[str, object]] = [
        {"file_url": "https://example.com/call.mp3"},
        {"bucket_name": "sounds", "object_name": "call.wav"},
        {"content_base64": WAV},
    ]
    for source in sources:
        found = await call(telnyx, "transcribe_audio", **source)
        assert found == {"text": "Thank you for calling. How can I help you today?"}
    timed = await call(
        telnyx, "transcribe_audio", content_base64=WAV, model="deepgram/nova-3", timestamps=True, label_speakers=True
    )
    assert [(part["start"], part["speakers"]) for part in timed["segments"]] == [(0, [0]), (2.5, [0])]


async def test_a_recording_is_uploaded_as_a_form_of_its_own_kind() -> None:
    forms: list[dict[str, object]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        forms.append(form(request.content, request.headers["content-type"]))
        assert b'filename="audio.wav"' in request.content
        return httpx2.Response(200, json={"text": "Hello"})

    async with answering(answer) as telnyx:
        await call(telnyx, "transcribe_audio", content_base64=WAV, language="en-US")
    assert forms == [{"model": "openai/whisper-large-v3-turbo", "language": "en-US", "file": WAV}]


@pytest.mark.parametrize(
    ("tool", "arguments", "argument"),
    [
        ("transcribe_audio", {}, ""),
        ("transcribe_audio", {"file_url": "https://example.com/a.mp3", "content_base64": WAV}, "content_base64"),
        ("transcribe_audio", {"bucket_name": "sounds"}, "bucket_name"),
        ("transcribe_audio", {"content_base64": "YWJjZA="}, "content_base64"),
        ("transcribe_audio", {"content_base64": WAV, "label_speakers": True}, "label_speakers"),
        ("text_to_speech", {"text": "Hello", "bucket_name": "sounds"}, "bucket_name"),
        ("chat_completion", {"messages": HELLO, "strict_region": True}, "region"),
        ("chat_completion", {"messages": [{"role": "user"}]}, "messages.0.content"),
        ("web_search", {"query": "a", "include_domains": ["https://example.com/"]}, "include_domains.0"),
        ("read_web_pages", {"urls": ["https://example.com/a", "https://example.com/a"]}, "urls"),
    ],
)
async def test_what_cannot_be_is_refused_before_it_costs(
    telnyx: Telnyx, tool: str, arguments: dict[str, object], argument: str
) -> None:
    with pytest.raises(InvalidArguments) as refused:
        await call(telnyx, tool, **arguments)
    assert [problem.argument for problem in refused.value.problems] == [argument]
    assert (await call(telnyx, "get_balance"))["balance"] == "100.00"


async def test_a_file_of_a_bucket_is_summarized(telnyx: Telnyx) -> None:
    await telnyx.s3.create_bucket("docs", "us-central-1")
    await telnyx.s3.put("docs", "terms/2026.txt", b"Refunds arrive within a week.", "text/plain")
    found = await call(telnyx, "summarize_file", bucket_name="docs", object_name="terms/2026.txt")
    assert found == {"summary": "Summary: Refunds arrive within a week."}


async def test_the_web_is_searched_and_read(telnyx: Telnyx) -> None:
    found = await call(telnyx, "web_search", query="Garden tools", exclude_domains=["shop.example.com"])
    assert {result["kind"] for result in found["results"]} == {"web", "news"}
    urls = [result["url"] for result in found["results"]]
    assert not any("shop" in url for url in urls)
    pages = (await call(telnyx, "read_web_pages", urls=urls[:2]))["pages"]
    assert [page["url"] for page in pages] == urls[:2]
    assert pages[0]["text"].startswith("# A page of")


async def test_a_question_is_researched_in_the_background_or_waited_for(telnyx: Telnyx, clock: Clock) -> None:
    started = await call(telnyx, "research_web", query="Garden tools", research_effort="lite")
    assert started["status"] == "pending"
    clock.advance(60)
    found = await call(telnyx, "get_web_research", task_id=started["task_id"])
    assert (found["status"], len(found["citations"])) == ("completed", 3)
    assert "Garden tools" in found["answer"]
    waited = await call(telnyx, "research_web", query="Garden tools", wait_for="completed")
    assert waited["status"] == "completed"


async def test_models_for_vectors_are_listed(telnyx: Telnyx) -> None:
    models = [model["id"] for model in (await call(telnyx, "list_embedding_models"))["items"]]
    assert "thenlper/gte-large" in models


async def test_long_pages_share_the_room_of_a_result() -> None:
    results = [{"url": f"https://example.com/{number}", "markdown": "x" * 30_000} for number in range(4)]
    reply = httpx2.Response(200, json={"data": {"results": results}})
    async with answering(lambda _: reply) as telnyx:
        found = await call(telnyx, "read_web_pages", urls=["https://example.com/0"])
    assert [page["text_cut"] for page in found["pages"]] == [True] * 4
    assert len(json.dumps(found)) < 40_000


async def test_more_results_than_there_is_room_for_are_counted() -> None:
    web = [{"url": f"https://example.com/{number}", "title": "a", "snippets": ["x" * 2_000]} for number in range(9)]
    reply = httpx2.Response(200, json={"data": {"results": {"web": web}}})
    async with answering(lambda _: reply) as telnyx:
        found = await call(telnyx, "web_search", query="a")
    assert len(found["results"]) + found["left_out"] == 9


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("chat_completion", {"messages": HELLO}),
        ("text_to_speech", {"text": "Hello"}),
        ("transcribe_audio", {"content_base64": WAV}),
        ("summarize_file", {"bucket_name": "docs", "object_name": "a.txt"}),
        ("research_web", {"query": "a"}),
    ],
)
async def test_what_was_paid_for_is_not_asked_for_twice(tool: str, arguments: dict[str, object]) -> None:
    async with losing() as (telnyx, sent):
        with pytest.raises(OutcomeUnknown):
            await call(telnyx, tool, **arguments)
    assert len(sent) == 1


async def test_files_are_known_by_how_they_begin() -> None:
    assert mime_type(b"\xff\xfb\x10\xc4") == "audio/mpeg"
    assert mime_type(b"what", "audio/aac; rate=8000") == "audio/aac"
    assert mime_type(b"what", "text/plain") == "application/octet-stream"
    for odd in ("audio/" + "x" * 5_000, "audio", "image/ü", 'image/"><script>'):
        assert mime_type(b"what", odd) == "application/octet-stream"
