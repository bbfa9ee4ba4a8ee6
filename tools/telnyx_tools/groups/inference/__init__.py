"""Chat models, vectors, speech to text, text to speech, web search."""

from telnyx_tools.groups.inference import chat, research, speech, summary, transcription, vectors, web
from telnyx_tools.groups.inference.group import inference

__all__ = ["chat", "inference", "research", "speech", "summary", "transcription", "vectors", "web"]
