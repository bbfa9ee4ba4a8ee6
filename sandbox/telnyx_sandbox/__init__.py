"""A local Telnyx API with state, to try, build and test against."""
