"""A Mastodon server's channel: it tells of posts by webhook, the gate looks, and opens reports through its
API.

`wire` reads what is told, `queue` keeps it, `inspect_media` looks, `report` reports through `client`,
`worker` does both as rows fall due, `views` and `start` are the way in.
"""
