"""The message that every client sends, from the number that each sandbox account has."""

SEND = "send_message"
SMS = {"from_number": "+12025550101", "to": "+12025550123", "text": "Hello"}
