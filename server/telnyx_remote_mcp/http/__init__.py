"""The layers of HTTP that know nothing of callers: every request passes them before it is authenticated."""
