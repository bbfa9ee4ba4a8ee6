"""The MCP protocol: handlers that take MCP messages and return MCP results."""
