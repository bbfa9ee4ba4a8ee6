"""The protocol: MCP messages in, MCP results out."""
