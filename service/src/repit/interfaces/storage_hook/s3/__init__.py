"""Object storage in S3's protocol (AWS, MinIO, Ceph, SeaweedFS, …).

`views` takes notifications in (`events_wire`), `arrivals` keeps them as rows, `work` looks at each object
through the gate's one inspection (`looking`) and acts on it (`acting`). `scanning` walks what is stored
already. `store` is the only module that speaks to the storage, through `foundation.outbound`.
"""
