"""Events: received from Telnyx by webhook, stored for each account, and delivered to whoever waits or subscribed."""
