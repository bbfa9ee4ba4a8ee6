"""HTTP itself: what every request and answer of the web server passes, before anybody asks who is calling."""
