"""What every command of a hotline needs first.

In: nothing. Out: Django set up, the database ready, or a refusal that says what to do. Next: the commands.
"""

# ruff: noqa: PLC0415 - Django is loaded only once a command is known


def ready() -> None:
    """Raises `SettingsRefused`, `DatabaseUnavailable`."""
    from repit.foundation.process import starting

    starting.ready("hotline")
