"""Chat models, vectors, speech to text, text to speech, web search."""

from telnyx_tools.groups.inference.group import inference

__all__ = ["inference"]
