"""The consent page."""

from typing import Final

from jinja2 import Environment

_PAGE: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox sign-in</title>
<style>
:root { color-scheme: light dark; }
body { max-width: 30rem; margin: 3rem auto; padding: 0 1.25rem; font: 1rem/1.6 system-ui, sans-serif; }
input, button { font: inherit; padding: .5rem .75rem; }
label { display: block; }
#key { width: 100%; box-sizing: border-box; }
button { margin: 1rem .5rem 0 0; }
code { overflow-wrap: anywhere; }
</style>
</head>
<body>
<h1>Sandbox sign-in</h1>
<p>This page stands in for Telnyx's. <strong>{{ client_id }}</strong> asks for access to a sandbox account:</p>
<form method="post">
{% for name in scopes %}
<label><input type="checkbox" name="scope" value="{{ name }}" checked> <code>{{ name }}</code></label>
{% endfor %}
<label for="key">Key of the sandbox account</label>
<input id="key" name="key" value="{{ key }}" pattern="KEY_sandbox.*" required autocomplete="off">
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny" formnovalidate>Deny</button>
</form>
</body>
</html>
"""


def consent_page(client_id: str, scope: str, key: str) -> str:
    template = Environment(autoescape=True).from_string(_PAGE)
    return template.render(client_id=client_id, scopes=scope.split(), key=key)
