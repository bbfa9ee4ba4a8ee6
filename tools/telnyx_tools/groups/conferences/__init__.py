"""Conferences of calls, and queues of waiting calls."""

from telnyx_tools.groups.conferences import audio, conference, participants, queues, recording, texml
from telnyx_tools.groups.conferences.group import conferences

__all__ = ["audio", "conference", "conferences", "participants", "queues", "recording", "texml"]
