"""What a platform runs already, and how it asks the gate: a folder each, with its own tables and worker.

`http_api`: JSON over HTTP. `clamd`, `icap`: the protocols of virus scanners, over `sockets`. `s3`: object
storage, by its notifications and by walking what is stored. `mastodon`: posts and profiles by signed webhook.
"""
