#!/usr/bin/env bash
# Builds the page and the binary, makes the example workspace, and serves it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/setup.sh demo
printf 'Building the page\n'
(cd web && npm run --silent build)
[ -f web/dist/index.html ] || {
    printf 'demo.sh: the page was not built\n' >&2
    exit 1
}
printf 'Building the binary\n'
cargo build --release --locked -p rowport
printf 'Serving the example workspace in ./demo-data on http://127.0.0.1:7878 (Ctrl-C ends it)\n'
exec target/release/rowport demo --rows "${ROWS:-100000}" --data-dir demo-data --listen 127.0.0.1:7878
