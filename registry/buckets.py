"""S3-style storage: files pass through the scratch folder, not through memory, and no answer is waited for endlessly."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError
from storages.backends.s3 import S3Storage

CONNECTS_WITHIN = 2
# A silent answer is given up after this many seconds, and asked for once more.
ANSWERS_WITHIN = 10
ATTEMPTS = 2
HELD_IN_MEMORY = 1024**2
PIECE = 1024**2


class Bucket(S3Storage):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        patience = Config(
            connect_timeout=CONNECTS_WITHIN, read_timeout=self.timeout, retries={"total_max_attempts": ATTEMPTS},
            # Not every S3-style server knows Amazon's newer checksums; what is fetched to be signed is hashed here anyway.
            request_checksum_calculation="when_required", response_checksum_validation="when_required",
        )  # fmt: skip
        self.client_config = self.client_config.merge(patience)

    def get_default_settings(self) -> dict[str, Any]:
        return super().get_default_settings() | {
            "timeout": ANSWERS_WITHIN, "max_memory_size": HELD_IN_MEMORY, "public_endpoint_url": None,
        }  # fmt: skip

    # ── Files whose parts are sent to the bucket itself; the addresses of parts are all that a vendor is given ──

    def begin_parts(self, key: str) -> str:
        """The id by which the bucket knows the parts of that file from now on."""
        return self._client.create_multipart_upload(**self._named(key))["UploadId"]

    def part_address(self, key: str, parts_id: str, number: int, *, seconds: int) -> str:
        """Where one part may be PUT, by whoever has the address, for so many seconds."""
        asked = self._named(key) | {"UploadId": parts_id, "PartNumber": number}
        return self._public.generate_presigned_url("upload_part", Params=asked, ExpiresIn=seconds)

    def join_parts(self, key: str, parts_id: str, parts: Sequence[tuple[int, str]]) -> None:
        """One file from the parts, by number and ETag. Raises ClientError, also where they were joined before."""
        told = [{"PartNumber": number, "ETag": etag} for number, etag in parts]
        self._client.complete_multipart_upload(**self._named(key), UploadId=parts_id, MultipartUpload={"Parts": told})

    def drop_parts(self, key: str, parts_id: str) -> None:
        """Nothing stays of parts that were not joined."""
        try:
            self._client.abort_multipart_upload(**self._named(key), UploadId=parts_id)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise

    def unjoined(self, folder: str) -> Iterator[tuple[str, str, datetime]]:
        """Key, id and beginning of files below a folder whose parts were never joined."""
        prefix = self._normalize_name(folder) + "/"
        for page in self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket_name, Prefix=prefix):
            for one in page.get("Uploads", ()):
                yield one["Key"].removeprefix(prefix), one["UploadId"], one["Initiated"]

    def size_if_there(self, key: str) -> int | None:
        try:
            return self._client.head_object(**self._named(key))["ContentLength"]
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise

    def pieces(self, key: str) -> Iterator[bytes]:
        """A file as it streams from the bucket, without a copy on this machine."""
        yield from self._client.get_object(**self._named(key))["Body"].iter_chunks(PIECE)

    @property
    def _client(self) -> Any:
        return self.connection.meta.client

    @cached_property
    def _public(self) -> Any:
        """Who signs addresses for vendors: the bucket as they reach it. Nothing is asked of it."""
        if not self.public_endpoint_url:
            return self._client
        return self._create_session().client(
            "s3", region_name=self.region_name, endpoint_url=self.public_endpoint_url, config=self.client_config
        )

    def _named(self, key: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": self._normalize_name(key)}
