"""clamd and ICAP: what platforms already speak to a virus scanner.

`opening` starts the doors; `doorway` serves connections; `examine` asks the gate and, where there is one, a
real ClamAV (`chain`). `clamd` and `icap` hold a pure parser each (`wire`) and what a session does with it.
"""
