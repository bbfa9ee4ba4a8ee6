"""Call recordings and their transcripts."""

from telnyx_tools.groups.recordings import download, recording, transcriptions
from telnyx_tools.groups.recordings.group import recordings

__all__ = ["download", "recording", "recordings", "transcriptions"]
