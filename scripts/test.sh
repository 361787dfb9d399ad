#!/usr/bin/env bash
# Everything that must hold before a change lands, cheapest first. Stops at the first step that fails, and closes on a
# line that counts the tests that really ran. `scripts/test.sh lint` stops before the first test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export PATH=$PWD/target/tools/bin:$PATH
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-auto}
# Servers of this run's own: a developer's others stay up.
export ROWPORT_TEST_DATABASES=$PWD/target/test-databases.$$

only=${1:-all}
logs=$(mktemp -d)
step=start
servers=()

finish() {
    local status=$? passed failed server
    for server in "${servers[@]}"; do
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    done
    scripts/databases.sh stop || true
    read -r passed failed < <(cat "$logs"/*.log 2>/dev/null | scripts/count-tests.sh)
    rm -rf "$logs"
    [ "$status" = 0 ] || printf '\nFailed at: %s\n' "$step"
    [ "$only" = all ] || exit "$status"
    printf '%s passed, %s failed\n' "$passed" "$failed"
    # A runner that failed without saying so is a failure all the same.
    if [ "$status" = 0 ] && [ "$failed" != 0 ]; then exit 1; fi
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# run NAME COMMAND…: says what runs and how long it took, and keeps the output for counting.
run() {
    step=$1
    shift
    local started=$SECONDS
    printf '\n== %s\n' "$step"
    "$@" </dev/null 2>&1 | tee "$logs/${step//[^a-zA-Z0-9]/-}.log"
    printf '   %s: %ds\n' "$step" $((SECONDS - started))
}
web() { (cd web && npm run --silent "$@"); }

rust_tests() {
    if command -v cargo-nextest >/dev/null; then
        # nextest runs everything but the examples in the documentation.
        cargo nextest run --workspace --locked --no-fail-fast
    else
        cargo test --workspace --locked --no-fail-fast --lib --bins --tests --examples
    fi
}

# start_demos ROWS COUNT: as many example workspaces, all alike.
start_demos() {
    local number
    target/debug/rowport demo --rows "$1" --data-dir "$logs/demo-1" --only-generate
    for ((number = 2; number <= $2; number++)); do
        cp -r "$logs/demo-1" "$logs/demo-$number"
    done
    for ((number = 1; number <= $2; number++)); do
        start_demo "$1" "$logs/demo-$number"
    done
}

# start_demo ROWS FOLDER: serves it, and adds its address to ROWPORT_URL.
start_demo() {
    local log=$2.txt server url attempt
    target/debug/rowport demo --rows "$1" --data-dir "$2" --listen 127.0.0.1:0 </dev/null >"$log" 2>&1 &
    server=$!
    servers+=("$server")
    for ((attempt = 0; attempt < 3000; attempt++)); do
        url=$(sed -n 's|^Rowport is at \(http://[^ ]*\).*|\1|p' "$log")
        if [ -n "$url" ]; then
            export ROWPORT_URL="${ROWPORT_URL:+$ROWPORT_URL }$url"
            return
        fi
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    cat "$log"
    return 1
}

run setup scripts/setup.sh test
run 'rust format' cargo fmt --all --check
[ ! -f web/package.json ] || run 'web format' web format:check
run clippy cargo clippy --workspace --all-targets --locked -- -D warnings
run dependencies cargo deny --log-level error check bans licenses sources
if [ -f web/package.json ]; then
    # The client is generated from web/openapi.json, which a test holds against the server.
    run 'web client' bash -c 'cd web && npm run --silent generate && git diff --exit-code -- src/api/schema.d.ts'
    run 'web lint' web lint
    run 'web types' web typecheck
fi
[ "$only" = all ] || exit 0
if [ -f web/package.json ]; then
    run 'web tests' web test
    run 'web build' web build
fi
run databases scripts/databases.sh start
databases=$(scripts/databases.sh env)
eval "$databases"
run 'rust tests' rust_tests
# The tests of the command line have built target/debug/rowport. `cargo build -p rowport` would build half of the
# dependencies again, because it chooses their features without those of the tests.
run 'api document' scripts/api.sh
run 'documentation tests' cargo test --workspace --locked --doc
if [ -f web/package.json ]; then
    step='example workspace'
    unset ROWPORT_URL
    # A browser waits more than it works: two share the time of one, each with a server of its own.
    start_demos "${ROWPORT_E2E_ROWS:-1000000}" "${ROWPORT_E2E_WORKERS:-2}"
    run 'browser tests' web e2e
fi
step=end
