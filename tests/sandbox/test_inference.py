"""Media, models, speech and the web: the same answer every time, paid for, and refused where Telnyx refuses."""

import io
import math
import wave

import httpx2
import pytest
from tests.sandbox.answers import balance, code, data

from telnyx_sandbox.clock import Clock

DAY_SECS = 24 * 60 * 60
HELLO = {"messages": [{"role": "user", "content": "Hello there"}]}


async def chat(api: httpx2.AsyncClient, **fields: object) -> httpx2.Response:
    return await api.post("/ai/openai/chat/completions", json={**HELLO, **fields})


async def test_chat_repeats_what_was_said_and_costs_by_the_token(api: httpx2.AsyncClient) -> None:
    answer = (await chat(api, model="meta-llama/Meta-Llama-3.1-8B-Instruct")).json()
    (choice,) = answer["choices"]
    assert choice["message"] == {"role": "assistant", "content": "You said: Hello there"}
    assert choice["finish_reason"] == "stop"
    assert answer["usage"] == {"prompt_tokens": 3, "completion_tokens": 6, "total_tokens": 9}
    before = float(await balance(api))
    await chat(api, messages=[{"role": "user", "content": "word " * 4_000}], model="moonshotai/Kimi-K2.6")
    assert before - float(await balance(api)) == pytest.approx(0.02, rel=0.01)


async def test_chat_ends_where_it_is_told(api: httpx2.AsyncClient) -> None:
    (choice,) = (await chat(api, max_tokens=2)).json()["choices"]
    assert (choice["message"]["content"], choice["finish_reason"]) == ("You said", "length")


async def test_chat_answers_in_the_form_that_is_asked_for(api: httpx2.AsyncClient) -> None:
    schema = {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "mood": {"enum": ["good", "bad"]},
            "days": {"type": "array", "items": {"type": "integer"}},
        },
    }
    wanted = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    (choice,) = (await chat(api, response_format=wanted)).json()["choices"]
    assert choice["message"]["content"] == '{"city": "example", "mood": "good", "days": [1]}'


async def test_vectors_depend_on_the_text_alone(api: httpx2.AsyncClient) -> None:
    body = {"model": "thenlper/gte-large", "input": ["red", "blue", "red"]}
    answer = (await api.post("/ai/openai/embeddings", json=body)).json()
    red, blue, again = (row["embedding"] for row in answer["data"])
    assert red == again
    assert red != blue
    assert len(red) == 1_024
    assert math.hypot(*red) == pytest.approx(1)
    packed = (await api.post("/ai/openai/embeddings", json={**body, "encoding_format": "base64"})).json()
    assert isinstance(packed["data"][0]["embedding"], str)


async def test_speech_is_a_tone_that_can_be_played(api: httpx2.AsyncClient) -> None:
    body = {"text": "Hello " * 10, "voice": "Telnyx.KokoroTTS.af", "output_type": "binary_output"}
    spoken = await api.post("/text-to-speech/speech", json=body)
    assert spoken.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(spoken.content)) as sound:
        assert sound.getnframes() / sound.getframerate() == 4
    voices = (await api.get("/text-to-speech/voices", params={"provider": "aws"})).json()["voices"]
    assert {voice["provider"] for voice in voices} == {"aws"}


async def test_a_transcript_has_times_where_they_are_asked_for(api: httpx2.AsyncClient) -> None:
    form = {"model": "deepgram/nova-3", "response_format": "verbose_json", "model_config": '{"diarize": true}'}
    files = {"file": ("call.wav", b"RIFF", "audio/wav")}
    answer = (await api.post("/ai/audio/transcriptions", data=form, files=files)).json()
    assert answer["text"] == "Thank you for calling. How can I help you today?"
    assert [segment["speakers"] for segment in answer["segments"]] == [[0], [0]]
    assert float(await balance(api)) == pytest.approx(99.994)


async def test_the_web_has_pages_for_every_question(api: httpx2.AsyncClient) -> None:
    search = {"query": "Garden tools", "exclude_domains": ["shop.example.com"], "count": 4}
    results = data(await api.post("/web_search", json=search))["results"]
    assert [page["url"] for page in results["news"]] == ["https://news.example.com/garden-tools"]
    assert len(results["web"]) == 3
    urls = [results["web"][0]["url"], "https://nobody.invalid/"]
    pages = data(await api.post("/web_search/contents", json={"urls": urls, "formats": ["markdown"]}))["results"]
    assert [page["url"] for page in pages] == urls[:1]
    assert pages[0].keys() == {"url", "title", "markdown"}


async def test_a_media_file_is_kept_changed_and_forgotten_in_time(api: httpx2.AsyncClient, clock: Clock) -> None:
    upload = {"media_url": "https://example.com/welcome.mp3", "media_name": "welcome"}
    stored = data(await api.post("/media", json=upload))
    assert stored["content_type"] == "audio/mpeg"
    assert code(await api.post("/media", json=upload)) == "10027"
    await api.post("/media", json={"media_url": "https://example.com/logo.png", "media_name": "logo"})
    found = data(await api.get("/media", params={"filter[content_type]": "image/png"}))
    assert [file["media_name"] for file in found] == ["logo"]
    assert (await api.get("/media/welcome/download")).content[:4] == b"RIFF"
    data(await api.put("/media/welcome", json={"ttl_secs": 5 * DAY_SECS}))
    clock.advance(3 * DAY_SECS)
    assert [file["media_name"] for file in data(await api.get("/media"))] == ["welcome"]
    assert (await api.delete("/media/welcome")).status_code == 204
    assert code(await api.get("/media/welcome")) == "10005"


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/ai/openai/chat/completions", {"messages": []}, "10015"),
        ("/ai/openai/chat/completions", {**HELLO, "model": "nobody/none"}, "10015"),
        ("/ai/openai/chat/completions", {**HELLO, "stream": True}, "10015"),
        ("/ai/openai/embeddings", {"model": "nobody/none", "input": "a"}, "10015"),
        ("/ai/openai/embeddings", {"model": "thenlper/gte-large", "input": []}, "10004"),
        ("/ai/openai/embeddings", {"model": "thenlper/gte-large", "input": "a", "dimensions": 5_000}, "10033"),
        ("/ai/summarize", {"bucket": "none", "filename": "none"}, "10005"),
        ("/text-to-speech/speech", {"text": "Hello"}, "10004"),
        ("/text-to-speech/speech", {"text": "Hello", "voice": "nobody"}, "10015"),
        ("/web_search", {"query": "a", "count": 101}, "10033"),
        ("/web_search/contents", {"urls": []}, "10015"),
        ("/web_search/contents", {"urls": ["http://[", "https://example.com"]}, "10003"),
        ("/media", {"media_url": "https://nobody.invalid/a.mp3"}, "10003"),
        ("/media", {"media_url": "ftp://example.com/a.mp3"}, "10003"),
        ("/media", {"media_url": "https://example.com/a.mp3", "ttl_secs": 0}, "10033"),
    ],
)
async def test_what_is_refused_costs_nothing(
    api: httpx2.AsyncClient, path: str, body: dict[str, object], expected: str
) -> None:
    assert code(await api.post(path, json=body)) == expected
    assert await balance(api) == "100.00"


async def test_a_transcription_has_one_source(api: httpx2.AsyncClient) -> None:
    form = {"model": "deepgram/nova-3"}
    url = {"file_url": "https://example.com/call.mp3"}
    file = {"file": ("call.wav", b"RIFF", "audio/wav")}
    assert code(await api.post("/ai/audio/transcriptions", data={**form, **url}, files=file)) == "10015"
    nothing_there = {"model": (None, b"deepgram/nova-3"), "file_url": (None, b"https://nobody.invalid/call.mp3")}
    assert code(await api.post("/ai/audio/transcriptions", files=nothing_there)) == "10003"
