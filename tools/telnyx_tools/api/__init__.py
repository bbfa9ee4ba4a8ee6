"""The REST client: one path from a tool to a Telnyx request."""
