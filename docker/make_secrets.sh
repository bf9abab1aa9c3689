#!/usr/bin/env bash
# Make the secrets that compose.yml mounts, once: `docker/make_secrets.sh [folder]`. What is there already is left alone.
# The files may be read by whoever can enter the folder, and only its owner can; in a container each is mounted by itself.
set -euo pipefail
folder=${1:-"$(dirname "$0")/secrets"}
mkdir -p "$folder"
chmod 700 "$folder"

random() { openssl rand -hex "$1"; }
keep() {
  if [ ! -e "$folder/$1" ]; then
    printf '%s\n' "$2" >"$folder/$1"
    chmod 444 "$folder/$1"
  fi
}
kept() { cat "$folder/$1"; }

keep secret_key "$(random 48)"
keep secret_key_fallbacks ""
keep person_keys "$(random 48)"
keep person_keys_fallbacks ""
keep receipt_key_password "$(random 24)"
keep receipt_key "$(openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes256 \
  -pass file:"$folder/receipt_key_password")"
keep postgres_password "$(random 24)"
keep database_url "postgres://countersign:$(kept postgres_password)@postgres/countersign"
keep redis_password "$(random 24)"
keep broker_url "redis://:$(kept redis_password)@redis:6379/0"
keep cache_url "redis://:$(kept redis_password)@redis:6379/1"
keep s3_secret "$(random 24)"
keep s3_identities "{\"identities\": [{\"name\": \"countersign\", \"actions\": [\"Admin\", \"Read\", \"Write\", \"List\"],
  \"credentials\": [{\"accessKey\": \"countersign\", \"secretKey\": \"$(kept s3_secret)\"}]}]}"
keep storage_url "s3://countersign:$(kept s3_secret)@countersign?endpoint=http://s3:8333&region=us-east-1"

echo "The secrets are in $folder. Copy person_keys to a place apart from every backup: without it nothing private opens."
for name in tls_certificate.pem tls_key.pem; do
  [ -e "$folder/$name" ] || echo "Still missing: $folder/$name, for the proxy."
done
