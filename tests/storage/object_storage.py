"""A real S3-compatible server, SeaweedFS, for stories of what is stored; and its clients."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from installation import eventually
from repit.demo.ports import free_port

PLATFORM = ("platform-key", "a-secret-of-tests-only")
GATE = ("gate-key", "another-secret-of-tests")
TOKEN = "a-token-of-tests-only-000"
LIVE = "live"
"""The bucket whose writes the server tells of by itself."""


class Server:
    """One process with everything in it; buckets are made by tests."""

    def __init__(self, folder: Path, hook: str = "") -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.peer = f"127.0.0.1:{self.port}"
        (folder / "data").mkdir(parents=True)
        rights = ["Read", "Write", "List", "Tagging"]
        known = [_identity("platform", PLATFORM, ["Admin", *rights]), _identity("repit", GATE, rights)]
        (folder / "s3.json").write_text(json.dumps({"identities": known}))
        (folder / "master.toml").write_text("[master.volume_growth]\ncopy_1 = 1\n")  # quick to begin a bucket
        if hook:
            (folder / "notification.toml").write_text(
                f'[notification.webhook]\nenabled = true\nendpoint = "{hook}"\nbearer_token = "{TOKEN}"\n'
                f'max_retries = 5\nbackoff_seconds = 1\npath_prefixes = ["/buckets/{LIVE}"]\n'
            )
        ports = {name: free_port() for name in ("master", "volume", "filer")}
        options = [f"-{name}.port={port}" for name, port in ports.items()]
        options += [f"-{name}.port.grpc={free_port()}" for name in (*ports, "s3")]
        self.process = subprocess.Popen(
            [
                str(Path(sys.executable).with_name("weed")),
                "server",
                "-ip=127.0.0.1",
                "-ip.bind=127.0.0.1",
                f"-dir={folder / 'data'}",
                "-master.telemetry=false",
                "-master.volumeSizeLimitMB=64",
                "-volume.max=300",
                "-s3",
                f"-s3.port={self.port}",
                "-s3.config=s3.json",
                "-s3.port.iceberg=0",
                "-s3.port.lance=0",
                *options,
            ],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=PLATFORM[0],
            aws_secret_access_key=PLATFORM[1],
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
        )

    def ready(self) -> Server:
        if not eventually(self._writes):
            raise AssertionError("the object storage did not become ready")
        return self

    def _writes(self) -> bool:
        try:
            if "first" not in [bucket["Name"] for bucket in self.client.list_buckets()["Buckets"]]:
                self.client.create_bucket(Bucket="first")
            self.client.put_object(Bucket="first", Key="a", Body=b"a")
        except (ClientError, BotoCoreError):
            return False
        return True

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.client.close()

    def settings(self, **more: str) -> dict[str, str]:
        """What a gate must know of it."""
        return {
            "REPIT_GATE_S3_URL": self.url,
            "REPIT_GATE_S3_KEY_ID": GATE[0],
            "REPIT_GATE_S3_SECRET": GATE[1],
            "REPIT_GATE_S3_TOKEN": TOKEN,
            **more,
        }

    def bucket(self, name: str, *, versions: bool = False) -> str:
        if name not in [bucket["Name"] for bucket in self.client.list_buckets()["Buckets"]]:
            self.client.create_bucket(Bucket=name)
        if versions:
            wanted = {"Status": "Enabled"}
            self.client.put_bucket_versioning(Bucket=name, VersioningConfiguration=wanted)
        return name

    def put(self, bucket: str, key: str, body: bytes, tags: str = "", **more: Any) -> dict[str, Any]:
        return self.client.put_object(Bucket=bucket, Key=key, Body=body, Tagging=tags, **more)

    def tags(self, bucket: str, key: str, **more: str) -> dict[str, str]:
        answer = self.client.get_object_tagging(Bucket=bucket, Key=key, **more)
        return {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}

    def keys(self, bucket: str) -> list[str]:
        return [entry["Key"] for entry in self.client.list_objects_v2(Bucket=bucket).get("Contents", ())]

    def anyone_reads(self, bucket: str, key: str) -> int:
        """The status that someone without a key is answered with."""
        try:
            with urllib.request.urlopen(f"{self.url}/{bucket}/{key}", timeout=30) as answer:  # noqa: S310
                return answer.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code


def _identity(name: str, key: tuple[str, str], actions: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "credentials": [{"accessKey": key[0], "secretKey": key[1]}],
        "actions": actions,
    }


def minio(bucket: str, key: str, name: str = "s3:ObjectCreated:Put", version: str = "") -> dict[str, Any]:
    """A notification as MinIO sends it; `key` is encoded already."""
    thing = {"key": key, "size": 3, "eTag": "0" * 32, "contentType": "image/jpeg", "sequencer": "17A"}
    return {
        "EventName": name,
        "Key": f"{bucket}/{key}",
        "Records": [
            {
                "eventVersion": "2.0",
                "eventSource": "minio:s3",
                "awsRegion": "",
                "eventTime": "2026-11-26T10:00:00.000Z",
                "eventName": name,
                "userIdentity": {"principalId": "someone"},
                "requestParameters": {"sourceIPAddress": "127.0.0.1"},
                "responseElements": {},
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": "Config",
                    "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
                    "object": {**thing, **({"versionId": version} if version else {})},
                },
                "source": {"host": "127.0.0.1", "port": "", "userAgent": "MinIO"},
            }
        ],
    }
