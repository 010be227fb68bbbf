"""A Mastodon server's door: it tells of posts by webhook, the gate looks, and opens reports through its API.

`wire` reads what is told, `book` keeps it, `judging` looks, `acting` reports through `client`, `following`
does both as rows fall due, `views` and `opening` are the way in.
"""
