"""Events: what Telnyx tells by webhooks, kept for each account, and brought to whoever waits for it."""
