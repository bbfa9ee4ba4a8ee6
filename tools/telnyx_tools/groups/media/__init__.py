"""Audio and pictures stored for playback on calls and for messages."""

from telnyx_tools.groups.media import files
from telnyx_tools.groups.media.group import media

__all__ = ["files", "media"]
