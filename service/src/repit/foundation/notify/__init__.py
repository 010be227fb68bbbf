"""News that leaves the house: an operator is told of problems, members of staff that something new waits.

In: problems (`problems.register`), what waits for whom (`work_mail.register`), by the wings. Out: mail and a
webhook. Next: people. The mechanism is here; what is news, each wing says.
"""
