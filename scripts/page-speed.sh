#!/usr/bin/env bash
# How fast the page scrolls over the largest dataset of the example workspace: part of `make bench`, because what it finds
# depends on the machine. `ROWS=100000 scripts/page-speed.sh` for a smaller workspace.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[ -d web/node_modules ] || (cd web && npm ci --no-audit --no-fund --loglevel=error)
(cd web && npm run --silent build)
cargo build --quiet --release --locked -p rowport
folder=$(mktemp -d)
server=
finish() {
    local status=$?
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$folder"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

target/release/rowport demo --rows "${ROWS:-1000000}" --data-dir "$folder/demo" --listen 127.0.0.1:0 \
    </dev/null >"$folder/log" 2>&1 &
server=$!
url=
while [ -z "$url" ]; do
    kill -0 "$server" 2>/dev/null || {
        cat "$folder/log"
        exit 1
    }
    sleep 0.1
    url=$(sed -n 's|^Rowport is at \(http://[^ ]*\).*|\1|p' "$folder/log")
done
cd web && ROWPORT_URL=$url npm run --silent speed
