"""The page that hashes on a person's device, in Debian's Chromium, and what its process takes.

In: a file. Out: what it came to, times by step, processor time, memory. Next: `bench.browser`.
"""

import json
import os
import shutil
import threading
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.common import ROOT

BUNDLE = ROOT / "service/src/repit/hotline/web/case_pages/static/case_pages/device"
PAGE = b"""<!DOCTYPE html><html lang="en"><title>bench</title><form>
<input type="radio" name="level" value="family" checked>
<div data-device data-most="200" data-worker="/worker.js" data-video-worker="/video-worker.js">
<input type="file" multiple data-device-files>
<ul data-device-list></ul><p data-device-status></p><textarea name="hashes" data-device-paste></textarea>
</div></form>
<script type="application/json" id="device-words">{}</script>
<script src="/device.js" defer></script>
<script src="/stop-list.js" defer data-device-stop-list></script></html>"""


def hashed(file: Path, *, wasm: bool = True) -> dict[str, Any]:
    """One file in a page of its own: what it came to, milliseconds by step, processor time, memory."""
    with page_of(wasm=wasm) as (page, process):
        page.wait_for_timeout(500)
        before, cpu, worker = peak(process), processor(process), of_worker(process)
        begun = time.perf_counter()
        page.locator("[data-device-files]").set_input_files(file)
        page.locator("li[data-mood]").wait_for(timeout=300_000)
        wall = time.perf_counter() - begun
        row = page.locator("li[data-mood]")
        items = json.loads(page.locator("textarea[name=hashes]").input_value())
        return {
            "took": json.loads(str(row.get_attribute("data-took"))),
            "values": [each["value"] for each in items[0]["hashes"]],
            "moments": b64decode(items[0].get("moments", "")),
            "wall": wall,
            "before": before,
            "after": peak(process),
            "cpu": processor(process) - cpu,
            "worker": of_worker(process) - worker,
        }


@contextmanager
def page_of(*, wasm: bool) -> Iterator[tuple[Page, int]]:
    policy = "default-src 'none'; script-src 'self'" + (" 'wasm-unsafe-eval'" if wasm else "")

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            content = PAGE if self.path == "/" else (BUNDLE / Path(self.path).name).read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "text/html" if self.path == "/" else "text/javascript")
            self.send_header("Content-Security-Policy", policy)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        raise SystemExit("Chromium is missing (Debian: apt install chromium).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        devtools = browser.new_browser_cdp_session()
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        processes = devtools.send("SystemInfo.getProcessInfo")["processInfo"]
        yield page, max(int(each["id"]) for each in processes if each["type"] == "renderer")
        browser.close()
    server.shutdown()
    server.server_close()


def peak(process: int) -> float:
    """The most memory the process ever held, in MB."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024 / 1e6


def processor(process: int) -> float:
    """Processor time of the process so far, in milliseconds."""
    return _ticks(Path(f"/proc/{process}/stat"))


def of_worker(process: int) -> float:
    """That of the worker's own thread: what hashing takes, whatever else the machine does meanwhile."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    return sum(
        _ticks(task / "stat") for task in tasks if (task / "comm").read_text().startswith("DedicatedWorker")
    )


def _ticks(stat: Path) -> float:
    fields = stat.read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")
