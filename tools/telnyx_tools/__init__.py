"""The Telnyx tools and the REST client they use; nothing here knows of MCP transports."""
