"""The gate of the MCP endpoints: who comes in, how often, and which tools they see."""
