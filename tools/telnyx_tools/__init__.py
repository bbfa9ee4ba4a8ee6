"""The Telnyx tools and the REST client that they use. Nothing here depends on MCP or its transports."""
