"""A local Telnyx API with state, for trying, building and testing."""
