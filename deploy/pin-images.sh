#!/bin/sh
# Fetches the images that docker-compose.yml takes from a registry, and writes their digests into .env, so that every
# start runs the very same ones. Run it again for newer ones of the same tags; `docker compose up --detach` then uses them.
#     deploy/pin-images.sh
# To go back to tags, delete its lines from .env. Nothing is written unless every image has been fetched.
set -eu

folder=$(cd "$(dirname "$0")/.." && pwd)
settings=${1:-$folder/.env}

# Each image that is not built here: the name of its variable, and its tag.
images() {
    sed -n 's/.*\${\(REPORTLINE_[A-Z]*_IMAGE\):-\([^}]*\)}.*/\1 \2/p' "$folder/docker-compose.yml"
}

draft=$settings.new
trap 'rm -f "$draft"' EXIT
if [ -e "$settings" ]; then
    cp -p "$settings" "$draft"
    grep -v '^REPORTLINE_[A-Z]*_IMAGE=' "$settings" >"$draft" || true
    # A last line without its end would run into the first of ours.
    [ ! -s "$draft" ] || [ -z "$(tail -c 1 "$draft")" ] || echo >>"$draft"
else
    (umask 077; : >"$draft")
fi
images | while read -r name image; do
    docker pull --quiet "$image" >/dev/null </dev/null || { echo "Cannot fetch $image. $settings is as it was." >&2; exit 1; }
    # An image may have been fetched under other names too.
    digest=$(docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$image" </dev/null |
        grep "^${image%:*}@sha256:[0-9a-f]*$" | head -n 1)
    [ -n "$digest" ] || { echo "Docker names no digest of $image. $settings is as it was." >&2; exit 1; }
    echo "$name=$digest" | tee -a "$draft"
done
mv "$draft" "$settings"
