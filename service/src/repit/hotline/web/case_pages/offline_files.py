"""The page for use without internet, from the site itself: for whoever has no script here.

In: a file's name. Out: the signed page as a download, its signature, the key that checks it. Next: a person
opens the page from their disk, where it is bound by its own policy; `offline.html` explains how.

A download, never a page of this site: the site's policy would not let it run, and from a disk it works
with the connection switched off. The address holds for every version; the operator publishes the key
elsewhere too.
"""

from django.http import Http404, HttpRequest, HttpResponse

from repit.hotline.web.case_pages import offline_page

_TEXT = "text/plain; charset=utf-8"


def file(_request: HttpRequest, name: str) -> HttpResponse:
    """One of the files."""
    if name == offline_page.PUBLIC_KEY:
        return _download(name, offline_page.public_key().encode(), _TEXT)
    for edition in offline_page.editions():
        if name == edition.name:
            return _download(name, edition.page, "text/html; charset=utf-8")
        if name == f"{edition.name}.minisig":
            return _download(name, edition.signature.encode(), _TEXT)
    raise Http404


def _download(name: str, content: bytes, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Robots-Tag": "noindex"}
    return HttpResponse(content, content_type=kind, headers=headers)
