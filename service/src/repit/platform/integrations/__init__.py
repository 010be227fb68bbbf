"""Doors that a platform's own storage and software open: each in a folder of its own.

`s3`: object storage in S3's protocol, by its notifications and by walking what is stored.
"""
