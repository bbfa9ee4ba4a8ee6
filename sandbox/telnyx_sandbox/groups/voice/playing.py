"""What is played to a call: text that is spoken, audio files, tones."""

from .commands import Command, command


@command("send_dtmf")
def send_digits(command: Command) -> None:
    """Nobody at the other end reacts to tones."""
