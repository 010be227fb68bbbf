"""Object storage in S3's protocol (AWS, MinIO, Ceph, SeaweedFS, …).

`views` takes notifications in (`events_wire`), `queue` keeps them as rows, `worker` looks at each object
through the gate's one inspection (`inspect_object`) and acts on it (`quarantine`). `scan_worker` walks what
is stored already. `store` is the only module that speaks to the storage, through `foundation.outbound`.
"""
