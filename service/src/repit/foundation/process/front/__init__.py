"""What stands between the network and Django: it waits for slow clients, so that no thread has to.

In: connections. Out: whole requests, to threads; answers, as fast as a client reads. Next:
`foundation.process.serving`.
"""
