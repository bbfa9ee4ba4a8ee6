"""Files of this machine, inside the directories that its user allowed. For tools over stdio."""

from telnyx_tools.files.files import Files
from telnyx_tools.files.source import FileSource
from telnyx_tools.files.target import FileTarget

__all__ = ["FileSource", "FileTarget", "Files"]
