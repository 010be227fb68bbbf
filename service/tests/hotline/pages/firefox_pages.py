"""A person at Debian's Firefox: pages opened, forms filled in, Back, reload.

In: the program, what the person does. Out: what the page shows; the questions that the browser itself asked.
Next: `test_going_back_in_firefox`, `test_a_case_in_firefox`. Firefox speaks WebDriver BiDi by itself;
Playwright drives only a Firefox of its own making.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
TIMEOUT = 60.0


class Firefox:
    """One tab."""

    def __init__(self, bridge: subprocess.Popen[str]) -> None:
        self._bridge = bridge
        # A question of the browser stays open: it would be seen, and everything after it would stand still.
        wanted = {"unhandledPromptBehavior": {"default": "ignore"}}
        self.say("session.new", capabilities={"alwaysMatch": wanted})
        self.say("session.subscribe", events=["browsingContext.userPromptOpened"])
        self.tab = self.say("browsingContext.getTree")["contexts"][0]["context"]

    def say(self, method: str, **params: Any) -> Any:
        if self._bridge.stdin is None or self._bridge.stdout is None:
            raise RuntimeError
        self._bridge.stdin.write(json.dumps({"method": method, "params": params}) + "\n")
        self._bridge.stdin.flush()
        answer = json.loads(self._bridge.stdout.readline() or '{"error": "Firefox is gone"}')
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["result"]

    def goto(self, address: str) -> None:
        self.say("browsingContext.navigate", context=self.tab, url=address, wait="complete")

    def reload(self) -> None:
        self.say("browsingContext.reload", context=self.tab, wait="complete")

    def back(self, by: int = -1) -> None:
        self.say("browsingContext.traverseHistory", context=self.tab, delta=by)

    def see(self, expression: str) -> Any:
        """The value of an expression in the page."""
        evaluated = self.say(
            "script.evaluate",
            expression=f"JSON.stringify({expression})",
            target={"context": self.tab},
            awaitPromise=False,
        )
        if evaluated["type"] != "success":
            raise AssertionError(evaluated["exceptionDetails"]["text"])
        return json.loads(evaluated["result"].get("value", "null"))

    def until(self, expression: str) -> None:
        """Wait for what must come; the page may be changed for another meanwhile."""
        limit = time.monotonic() + TIMEOUT
        while time.monotonic() < limit:
            try:
                if self.see(expression):
                    return
            except AssertionError:
                pass
            time.sleep(0.05)
        shown = self.see("[location.href, document.body.innerText]")
        raise AssertionError(f"never so: {expression}; now {shown}")

    def press(self, selector: str) -> None:
        """A real click, where the pointer is."""
        found = self.say(
            "browsingContext.locateNodes", context=self.tab, locator={"type": "css", "value": selector}
        )["nodes"]
        self.see(f"document.querySelector({json.dumps(selector)}).scrollIntoView({{block: 'center'}})")
        move = {
            "type": "pointerMove",
            "x": 0,
            "y": 0,
            "origin": {"type": "element", "element": {"sharedId": found[0]["sharedId"]}},
        }
        pointer = [move, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self.say(
            "input.performActions",
            context=self.tab,
            actions=[{"type": "pointer", "id": "finger", "actions": pointer}],
        )

    def go(self, selector: str) -> None:
        """The same, where another page answers: wait for it."""
        self.see("document.documentElement.dataset.old = '1'")
        self.press(selector)
        self.until("document.readyState === 'complete' && !('old' in document.documentElement.dataset)")

    def write(self, selector: str, text: str) -> None:
        """Fill in a field, and say so to the page as a keyboard would."""
        field = f"document.querySelector({json.dumps(selector)})"
        self.see(
            f"(({field}.value = {json.dumps(text)}),"
            f" {field}.dispatchEvent(new InputEvent('input', {{bubbles: true}})))"
        )

    def picture(self, selector: str) -> bytes:
        """What a camera before the screen would see of an element, as PNG."""
        found = self.say(
            "browsingContext.locateNodes", context=self.tab, locator={"type": "css", "value": selector}
        )["nodes"]
        clip = {"type": "element", "element": {"sharedId": found[0]["sharedId"]}}
        shot = self.say("browsingContext.captureScreenshot", context=self.tab, origin="document", clip=clip)
        return base64.b64decode(shot["data"])

    @property
    def questions(self) -> list[str]:
        """What the browser itself asked since the last look."""
        return [event["params"].get("message", "") for event in self.say("events")]


@contextmanager
def firefox_at_work(program: str) -> Iterator[Firefox]:
    bridge = subprocess.Popen(
        ["node", str(HERE / "firefox_bridge.mjs"), program],
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Firefox(bridge)
    finally:
        if bridge.stdin is not None:
            bridge.stdin.close()
        bridge.wait(TIMEOUT)
        if bridge.stdout is not None:
            bridge.stdout.close()
