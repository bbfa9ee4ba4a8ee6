"""The MCP server: transports, credentials, guardrails, discovery and the command line."""
