"""A decoder that does what the "picture" tells it to: for tests of the pool alone."""

import os
import signal
import sys
import time

from repit_engine.frames import PipeClosed, receive, receive_json, send, send_json


def main() -> None:
    pipe_in, pipe_out = sys.stdin.buffer, sys.stdout.buffer
    send(pipe_out, b"ready")
    while True:
        try:
            receive_json(pipe_in)
            word = receive(pipe_in)[:20]
        except PipeClosed:
            return
        if word == b"hang":
            time.sleep(3600)
        elif word == b"segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        elif word == b"leave":
            os._exit(3)
        elif word == b"slow":
            time.sleep(0.2)
        if word == b"nonsense":
            send_json(pipe_out, {"quality": "x"})
            send(pipe_out, b"123")
        else:
            send_json(pipe_out, {"quality": 80})
            send(pipe_out, bytes(8 * 32))


if __name__ == "__main__":
    main()
