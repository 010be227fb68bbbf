"""clamd and ICAP: what platforms already speak to a virus scanner.

`start` holds a channel open; `listener` serves connections; `examiner` asks the gate and, where there is one,
a real ClamAV (`upstream_scanner`). `clamd` and `icap` hold a pure parser each (`wire`) and what a session
does with it.
"""
