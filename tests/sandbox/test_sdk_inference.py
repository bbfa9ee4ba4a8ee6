"""Media, models, speech and the web, as the official client takes their answers: strictly."""

from telnyx import AsyncTelnyx

from telnyx_sandbox.clock import Clock


async def test_media_have_the_shape_of_the_official_types(telnyx: AsyncTelnyx) -> None:
    await telnyx.media.upload(media_url="https://example.com/welcome.mp3", media_name="welcome")
    await telnyx.media.update("welcome", ttl_secs=60)
    assert [file.media_name for file in (await telnyx.media.list()).data or ()] == ["welcome"]
    shown = (await telnyx.media.retrieve("welcome")).data
    assert shown is not None
    assert shown.content_type == "audio/mpeg"
    assert (await (await telnyx.media.download("welcome")).read())[:4] == b"RIFF"
    await telnyx.media.delete("welcome")


async def test_models_and_voices_have_the_shape_of_the_official_types(telnyx: AsyncTelnyx) -> None:
    models = await telnyx.ai.openai.list_models()
    assert models.data[0].recommended_for_assistants
    vectors = await telnyx.ai.openai.embeddings.create_embeddings(input="Hello", model="thenlper/gte-large")
    assert len(vectors.data[0].embedding) == 1_024
    assert len((await telnyx.ai.openai.embeddings.list_embedding_models()).data) == 2
    voices = await telnyx.text_to_speech.list_voices(provider="telnyx")
    assert {voice.provider for voice in voices.voices or ()} == {"telnyx"}


async def test_chat_speech_and_texts_have_the_shape_of_the_official_types(telnyx: AsyncTelnyx) -> None:
    await telnyx.ai.openai.chat.create_completion(messages=[{"role": "user", "content": "Hello"}])
    spoken = await telnyx.text_to_speech.generate_speech(
        text="Hello", voice="Telnyx.KokoroTTS.af", output_type="base64_output"
    )
    assert spoken.base64_audio
    heard = await telnyx.ai.audio.transcribe(
        model="deepgram/nova-3", file_url="https://example.com/a.mp3", response_format="verbose_json"
    )
    assert len(heard.segments or ()) == 2


async def test_the_web_has_the_shape_of_the_official_types(telnyx: AsyncTelnyx, clock: Clock) -> None:
    found = (await telnyx.web_search.create(query="Garden tools")).data
    assert found is not None
    assert found.results is not None
    pages = (await telnyx.web_search.contents(urls=[found.results.web[0].url], formats=["markdown", "metadata"])).data
    assert pages is not None
    task = (await telnyx.web_search.research.create(query="Garden tools", background=True)).data
    clock.advance(60)
    done = (await telnyx.web_search.research.retrieve(getattr(task, "task_id", ""))).data
    assert done is not None
    assert done.status == "completed"
