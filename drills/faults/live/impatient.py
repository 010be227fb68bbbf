"""`repit`, for which five minutes of a feed's silence are two seconds, and the rest between two looks for
news one: so that a drill need not wait for them.

In: a command line of `repit`. Out: what it does. Next: `world` starts it.
"""

from repit import cli
from repit.foundation.jobs.loop import Loop
from repit.platform.gate import feed_status

feed_status.SILENT_SECONDS = 2.0  # type: ignore[misc]


class _Impatient(Loop):
    rests = Loop._over

    def _over(self, pause: float, *, failed: bool) -> bool:
        return _Impatient.rests(self, min(pause, 1.0) if self._name == "repit-news" else pause, failed=failed)


Loop._over = _Impatient._over  # type: ignore[method-assign]

if __name__ == "__main__":
    cli.main()
