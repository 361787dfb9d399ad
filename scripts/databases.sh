#!/usr/bin/env bash
# Throwaway PostgreSQL and MariaDB servers for tests and benchmarks.
#
#   scripts/databases.sh start    starts both on free loopback ports (no-op when they run already)
#   scripts/databases.sh env      prints `export ROWPORT_TEST_POSTGRES=… ROWPORT_TEST_MYSQL=…`, for `eval`
#   scripts/databases.sh stop     stops them and removes their data
#
# What runs is remembered in target/test-databases, or in the file that ROWPORT_TEST_DATABASES names, so that
# `make test` has servers of its own beside those that a developer started by hand.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
state=${ROWPORT_TEST_DATABASES:-$root/target/test-databases}

die() {
    printf 'databases.sh: %s\n' "$*" >&2
    exit 1
}

# Neither server agrees to run as root, so root hands them to their own users, or to nobody.
server_user() {
    if id -u "$1" >/dev/null 2>&1; then printf '%s' "$1"; else printf 'nobody'; fi
}

# as USER COMMAND…: as that user when we are root, as ourselves otherwise.
as() {
    local user=$1
    shift
    if [ "$(id -u)" = 0 ]; then runuser -u "$user" -- "$@"; else "$@"; fi
}

# own USER PATH…: hands what was made here to the user that the server runs as.
own() {
    local user=$1
    shift
    if [ "$(id -u)" = 0 ]; then chown -R "$user" "$@"; fi
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        listens "$port" || break
    done
    printf '%s' "$port"
}

# Debian keeps PostgreSQL's server programs out of the PATH; the newest version wins.
postgres_program() {
    local found
    found=$(find /usr/lib/postgresql -path "*/bin/$1" 2>/dev/null | sort -V | tail -n 1)
    [ -n "$found" ] || found=$(command -v "$1" || true)
    [ -n "$found" ] || die "PostgreSQL's $1 is not installed: run scripts/setup.sh"
    printf '%s' "$found"
}

# start_postgres DIR: leaves its port in $postgres_port.
start_postgres() {
    local dir=$1 user initdb pg_ctl port
    user=$(server_user postgres)
    initdb=$(postgres_program initdb)
    pg_ctl=$(postgres_program pg_ctl)
    mkdir "$dir/postgres"
    printf 'rowport\n' >"$dir/postgres/password"
    own "$user" "$dir/postgres"
    # A password is asked for even here, so that tests can show what a wrong one answers.
    as "$user" "$initdb" --pgdata="$dir/postgres/data" --username=rowport --pwfile="$dir/postgres/password" \
        --auth=scram-sha-256 --locale=C.UTF-8 --encoding=UTF8 --no-sync >"$dir/initdb.log" 2>&1 ||
        die "initdb failed: $(tail -n 5 "$dir/initdb.log")"
    # Nothing here outlives the run, so nothing waits for the disk.
    cat >>"$dir/postgres/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
shared_buffers = 256MB
timezone = 'UTC'
log_timezone = 'UTC'
CONF
    for _ in 1 2 3; do
        port=$(free_port)
        if as "$user" "$pg_ctl" start --silent --wait --timeout=60 --pgdata="$dir/postgres/data" \
            --log="$dir/postgres/log" --options="-p $port" >/dev/null; then
            postgres_port=$port
            return
        fi
    done
    die "PostgreSQL does not start: $(tail -n 5 "$dir/postgres/log")"
}

# start_mariadb DIR: leaves its port in $mariadb_port.
start_mariadb() {
    local dir=$1 user server install port attempt
    user=$(server_user mysql)
    # Debian keeps the server in /usr/sbin, which is not in everybody's PATH.
    server=$(PATH=$PATH:/usr/sbin command -v mariadbd || true)
    install=$(command -v mariadb-install-db || true)
    if [ -z "$server" ] || [ -z "$install" ]; then die "MariaDB's server is not installed: run scripts/setup.sh"; fi
    mkdir "$dir/mariadb"
    cat >"$dir/mariadb/init.sql" <<'SQL'
CREATE USER IF NOT EXISTS rowport@'%' IDENTIFIED BY 'rowport';
GRANT ALL ON *.* TO rowport@'%' WITH GRANT OPTION;
SQL
    own "$user" "$dir/mariadb"
    as "$user" "$install" --no-defaults --datadir="$dir/mariadb/data" --skip-test-db \
        --auth-root-authentication-method=normal >"$dir/mariadb-install.log" 2>&1 ||
        die "mariadb-install-db failed: $(tail -n 5 "$dir/mariadb-install.log")"
    for _ in 1 2 3; do
        port=$(free_port)
        # Nothing here outlives the run, so nothing waits for the disk.
        as "$user" setsid "$server" --no-defaults --datadir="$dir/mariadb/data" --socket="$dir/mariadb/socket" \
            --pid-file="$dir/mariadb/pid" --log-error="$dir/mariadb/log" --init-file="$dir/mariadb/init.sql" \
            --bind-address=127.0.0.1 --port="$port" --skip-name-resolve --max-connections=200 \
            --character-set-server=utf8mb4 --default-time-zone=+00:00 --local-infile=1 \
            --max-allowed-packet=256M --innodb-buffer-pool-size=256M --innodb-log-file-size=512M \
            --innodb-flush-log-at-trx-commit=0 --innodb-flush-method=nosync --skip-innodb-doublewrite \
            --skip-log-bin --skip-performance-schema </dev/null >/dev/null 2>&1 &
        local child=$!
        for ((attempt = 0; attempt < 600; attempt++)); do
            if listens "$port" && [ -s "$dir/mariadb/pid" ]; then
                mariadb_port=$port
                disown "$child" 2>/dev/null || true
                return
            fi
            kill -0 "$child" 2>/dev/null || break
            sleep 0.1
        done
        kill "$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    done
    die "MariaDB does not start: $(tail -n 5 "$dir/mariadb/log")"
}

running() {
    [ -f "$state" ] || return 1
    # shellcheck source=/dev/null
    . "$state"
    listens "$postgres_port" && listens "$mariadb_port"
}

start() {
    if running; then return; fi
    [ ! -f "$state" ] || stop
    # In /tmp whatever TMPDIR says: the servers' users must reach it, and a socket's path is 107 bytes at most.
    directory=$(mktemp -d /tmp/rowport-databases.XXXXXX)
    chmod 755 "$directory"
    mkdir -p "$(dirname "$state")"
    trap 'stop_in "$directory"' EXIT
    start_postgres "$directory"
    start_mariadb "$directory"
    printf 'directory=%q\npostgres_port=%q\nmariadb_port=%q\n' "$directory" "$postgres_port" "$mariadb_port" >"$state"
    trap - EXIT
}

# stop_in DIR: stops what runs there and removes it.
stop_in() {
    local dir=$1 pid
    case $dir in /tmp/rowport-databases.*) ;; *) die "will not remove $dir" ;; esac
    if [ -f "$dir/postgres/data/postmaster.pid" ]; then
        as "$(server_user postgres)" "$(postgres_program pg_ctl)" stop --silent --mode=immediate \
            --pgdata="$dir/postgres/data" || true
    fi
    if [ -s "$dir/mariadb/pid" ]; then
        pid=$(cat "$dir/mariadb/pid")
        # Its data goes away with it, so it need not tidy up first. A stale file may name somebody else's process.
        if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = mariadbd ]; then
            kill -KILL "$pid"
            while [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = mariadbd ]; do sleep 0.05; done
        fi
    fi
    rm -rf "$dir"
}

stop() {
    [ -f "$state" ] || return 0
    # shellcheck source=/dev/null
    . "$state"
    stop_in "$directory"
    rm -f "$state"
}

print_env() {
    running || die "no databases run: scripts/databases.sh start"
    printf 'export ROWPORT_TEST_POSTGRES=postgres://rowport:rowport@127.0.0.1:%s/postgres\n' "$postgres_port"
    printf 'export ROWPORT_TEST_MYSQL=mysql://rowport:rowport@127.0.0.1:%s/\n' "$mariadb_port"
}

case ${1:-} in
start) start ;;
stop) stop ;;
env) print_env ;;
*) die "usage: scripts/databases.sh start|stop|env" ;;
esac
