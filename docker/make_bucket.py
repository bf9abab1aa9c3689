"""Make the bucket named by STORAGE_URL if there is none; a folder needs no making. Run once, before the house opens."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")

from botocore.exceptions import ClientError  # noqa: E402
from django.core.files.storage import storages  # noqa: E402

from registry.buckets import Bucket  # noqa: E402

kept = storages["default"]
if isinstance(kept, Bucket):
    client = kept.connection.meta.client
    try:
        client.head_bucket(Bucket=kept.bucket_name)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        client.create_bucket(Bucket=kept.bucket_name)
        print(f"Made the bucket {kept.bucket_name}.")
