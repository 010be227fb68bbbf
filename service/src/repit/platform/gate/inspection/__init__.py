"""The one inspection behind every channel.

In: a `question` about an upload. Out: `Verdict`, within the time budget, recorded. Next: the integrations
answer with it.

`inspector` has the one call. `looking`: what was seen of a whole file. `let_go`: what of it people here let
pass. `comparison`: what is measured once the answer is out. `odd_messages`: which file speaks for a message
that others may read differently. A new way of asking is one more class in `question`, and a line in
`Inspector.inspect`.
"""
