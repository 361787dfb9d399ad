#!/usr/bin/env bash
# A throwaway Garage, which is an S3 server that others wrote and run, for the soak and the benchmarks.
#
#   scripts/garage.sh start   starts one with an empty bucket, on free loopback ports (no-op when it runs)
#   scripts/garage.sh env     prints `export ROWPORT_TEST_S3_ENDPOINT=… ROWPORT_TEST_S3_BUCKET=…`, for `eval`
#   scripts/garage.sh stop    stops it and removes its data
#   scripts/garage.sh find    prints the program, and fails where one would have to be built
#
# The program is the one that ROWPORT_GARAGE names, or else `garage` from the PATH, or else one that is built into
# target/garage, once, which took eight minutes on two cores. What runs is in target/garage/server, or in the folder that
# ROWPORT_TEST_GARAGE names, so that `make soak` has a server of its own beside one that a developer started by hand.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
built=$root/target/garage
folder=${ROWPORT_TEST_GARAGE:-$built/server}
bucket=artifacts
region=garage

die() {
    printf 'garage.sh: %s\n' "$*" >&2
    exit 1
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port [TAKEN]: one that nobody listens on, and not the one that is taken already.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        if [ "$port" != "${1:-}" ] && ! listens "$port"; then break; fi
    done
    printf '%s' "$port"
}

# hexadecimal BYTES: so many random ones.
hexadecimal() { od -An -v -tx1 -N "$1" /dev/urandom | tr -d ' \n'; }

# When a process began, in ticks since the machine did; nothing where there is none. With its id that is a name which no
# later process gets. What stands in brackets before it may have blanks in it.
begun() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }

find_program() {
    if [ -n "${ROWPORT_GARAGE:-}" ]; then
        [ -x "$ROWPORT_GARAGE" ] || die "ROWPORT_GARAGE is no program: $ROWPORT_GARAGE"
        printf '%s\n' "$ROWPORT_GARAGE"
    elif ! command -v garage; then
        [ -x "$built/bin/garage" ] && printf '%s\n' "$built/bin/garage"
    fi
}

# program: finds it, or builds it.
program() {
    if find_program; then return; fi
    printf 'Building Garage, once, which takes about eight minutes\n' >&2
    # Without discovery, metrics and the other engines there is less to build, and nothing to install before.
    cargo install garage --quiet --no-default-features --features bundled-libs,sqlite --locked --version '^2' \
        --root "$built" >&2 || die "Garage cannot be built"
    printf '%s\n' "$built/bin/garage"
}

# configure S3-PORT RPC-PORT
configure() {
    cat >"$folder/garage.toml" <<TOML
metadata_dir = "$folder/meta"
data_dir = "$folder/data"
db_engine = "sqlite"
replication_factor = 1
# Nothing here outlives the run, so nothing waits for the disk.
metadata_fsync = false
data_fsync = false
# The server has the processor of what is tested, which is not here to be compressed.
compression_level = "none"
rpc_secret = "$(hexadecimal 32)"
rpc_bind_addr = "127.0.0.1:$2"
rpc_public_addr = "127.0.0.1:$2"

[s3_api]
api_bind_addr = "127.0.0.1:$1"
s3_region = "$region"
TOML
}

# run_server PROGRAM: leaves its port in $port.
run_server() {
    local rpc child attempt
    port=$(free_port)
    rpc=$(free_port "$port")
    configure "$port" "$rpc"
    RUST_LOG=garage=warn setsid "$1" --config "$folder/garage.toml" server </dev/null >"$folder/log" 2>&1 &
    child=$!
    disown "$child"
    printf '%s %s\n' "$child" "$(begun "$child")" >"$folder/process"
    for ((attempt = 0; attempt < 3000; attempt++)); do
        if listens "$port" && "$1" --config "$folder/garage.toml" status >/dev/null 2>&1; then return 0; fi
        runs || break
        sleep 0.1
    done
    end_server
    return 1
}

# Whether the process that was started here is still there.
runs() {
    local id since
    [ -s "$folder/process" ] || return 1
    read -r id since <"$folder/process"
    [ -n "$since" ] && [ "$(begun "$id")" = "$since" ]
}

# Its data goes away with it, so it need not tidy up first.
end_server() {
    local id since
    runs || return 0
    read -r id since <"$folder/process"
    kill -KILL "$id"
    while runs; do sleep 0.05; done
}

# prepare PROGRAM: gives the node its role, and makes the bucket and a key to it.
prepare() {
    local ask=("$1" --config "$folder/garage.toml") node key_id secret
    key_id=GK$(hexadecimal 12)
    secret=$(hexadecimal 32)
    {
        node=$("${ask[@]}" node id --quiet) &&
            "${ask[@]}" layout assign --zone here --capacity 100GB "${node%%@*}" &&
            "${ask[@]}" layout apply --version 1 &&
            "${ask[@]}" key import --yes -n rowport "$key_id" "$secret" &&
            "${ask[@]}" bucket create "$bucket" &&
            "${ask[@]}" bucket allow --read --write --owner "$bucket" --key "$key_id"
    } >"$folder/prepared" 2>&1 || die "Garage cannot be set up: $(tail -n 5 "$folder/prepared")"
    {
        printf 'export ROWPORT_TEST_S3_ENDPOINT=http://127.0.0.1:%s\n' "$port"
        printf 'export ROWPORT_TEST_S3_BUCKET=%s\n' "$bucket"
        printf 'export ROWPORT_TEST_S3_REGION=%s\n' "$region"
        printf 'export ROWPORT_TEST_S3_KEY_ID=%s\n' "$key_id"
        printf 'export ROWPORT_TEST_S3_SECRET=%s\n' "$secret"
    } >"$folder/env"
}

start() {
    local garage
    if runs && [ -s "$folder/env" ]; then return; fi
    garage=$(program)
    stop
    # The folder has the keys in it.
    umask 077
    mkdir -p "$folder"
    trap stop EXIT
    # A port that was free may have been taken since.
    run_server "$garage" || run_server "$garage" || run_server "$garage" ||
        die "Garage does not start: $(tail -n 5 "$folder/log")"
    prepare "$garage"
    trap - EXIT
}

# What is removed is what a server was started in, and nothing else that a variable may name by mistake.
stop() {
    [ -s "$folder/process" ] || return 0
    end_server
    rm -rf "$folder"
}

print_env() {
    if ! runs || ! [ -s "$folder/env" ]; then die "no Garage runs: scripts/garage.sh start"; fi
    cat "$folder/env"
}

case ${1:-} in
start) start ;;
stop) stop ;;
env) print_env ;;
find) find_program ;;
*) die "usage: scripts/garage.sh start|env|stop|find" ;;
esac
