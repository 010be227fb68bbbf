"""Whether the service in this container is ready: python /opt/repit/healthy.py PORT

In: a port of this container's own loopback. Out: exit code 0 or 1. Next: the engine, which shows it, and
holds back what waits for it. Why not, `/ready` says to whoever asks; engines would keep what a check prints.
"""

import sys
import urllib.request  # noqa: TID251 - this container's own loopback


def ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5) as answer:  # noqa: TID251
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if ready(int(sys.argv[1])) else 1)
