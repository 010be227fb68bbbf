"""The Content-Security-Policy of every page: nothing is allowed but what this site serves itself.

In: nothing. Out: the setting that django-csp reads. Next: the settings import it, the browser obeys it.

`connect-src` is left to `default-src 'none'`: until a page has something to send on purpose, no script on it
can send anything, and anyone can check that in the browser's own tools.
"""

from typing import Any

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "worker-src": ["'self'"],
        "img-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "require-trusted-types-for": ["'script'"],
    }
}

# The first is said again on the pages where files are chosen, so that it can be read there by name. The other
# is for a video chosen there: where a browser lets no worker decode it, the page shows it to the worker.
DEVICE: dict[str, Any] = {"connect-src": ["'none'"], "media-src": ["blob:"]}
