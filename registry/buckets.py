"""S3-style storage: files pass through the scratch folder, not through memory, and no answer is waited for endlessly."""

from typing import Any

from botocore.config import Config
from storages.backends.s3 import S3Storage

CONNECTS_WITHIN = 2
# A silent answer is given up after this many seconds, and asked for once more.
ANSWERS_WITHIN = 10
ATTEMPTS = 2
HELD_IN_MEMORY = 1024**2


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
        return super().get_default_settings() | {"timeout": ANSWERS_WITHIN, "max_memory_size": HELD_IN_MEMORY}
