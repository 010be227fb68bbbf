"""Programs run as an account with few rights, whoever runs the tests.

In: a command. Out: what stands before it. Next: tests of what such an account may do. Root becomes another
account that may read everything, and write where all may; or stays root without the right to pass over what
is closed. Whoever is not root has no more rights than that to begin with.
"""

import os

NOBODY = 65534
IS_ROOT = os.geteuid() == 0
OTHER = (
    [
        *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
        *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"),
    ]
    if IS_ROOT
    else []
)
"""Another account: nobody's, which still finds this interpreter wherever it lies."""
BOUND = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if IS_ROOT else []
"""This account, for which closed is closed."""
