#!/usr/bin/env bash
# Throwaway PostgreSQL and MariaDB servers for tests and benchmarks.
#
#   scripts/databases.sh start [postgres|mariadb]   starts both, or that one, on free loopback ports (no-op when they run)
#   scripts/databases.sh env        prints `export ROWPORT_TEST_POSTGRES=… ROWPORT_TEST_MYSQL=…`, for `eval`, and
#                                   ROWPORT_TEST_PGBOUNCER where there is a PgBouncer
#   scripts/databases.sh halt MODE  stops PostgreSQL, `fast` or `immediate` as if it had been killed; its data stays
#   scripts/databases.sh resume     starts it again where it was
#   scripts/databases.sh stop       stops what runs and removes its data
#
# What runs is remembered in target/test-databases, or in the file that ROWPORT_TEST_DATABASES names, so that
# `make test` has servers of its own beside those that a developer started by hand, and a test that stops its server
# has one that is nobody else's. Where ROWPORT_TEST_TLS names a folder with server.crt and server.key, the servers take
# encrypted connections only. Started both without that, PostgreSQL has a PgBouncer in front of it as well, in transaction
# mode, if it is installed. Where ROWPORT_TEST_SPIDER names a folder with ha_spider.so, MariaDB loads that.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
state=${ROWPORT_TEST_DATABASES:-$root/target/test-databases}
tls=${ROWPORT_TEST_TLS:-}
spider=${ROWPORT_TEST_SPIDER:-}
postgres_port=
mariadb_port=
pgbouncer_port=

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
    local dir=$1 user initdb port
    user=$(server_user postgres)
    initdb=$(postgres_program initdb)
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
    if [ -n "$tls" ]; then
        cp "$tls/server.crt" "$tls/server.key" "$dir/postgres/data/"
        own "$user" "$dir/postgres/data/server.crt" "$dir/postgres/data/server.key"
        chmod 600 "$dir/postgres/data/server.key"
        printf 'ssl = on\n' >>"$dir/postgres/data/postgresql.conf"
        sed -i 's/^host /hostssl /' "$dir/postgres/data/pg_hba.conf"
    fi
    # Another process may take the port between finding and using it.
    for _ in 1 2 3 4 5; do
        port=$(free_port)
        if run_postgres "$dir" "$port"; then
            postgres_port=$port
            return
        fi
    done
    die "PostgreSQL does not start: $(tail -n 5 "$dir/postgres/log")"
}

# run_postgres DIR PORT
run_postgres() {
    as "$(server_user postgres)" "$(postgres_program pg_ctl)" start --silent --wait --timeout=300 \
        --pgdata="$1/postgres/data" --log="$1/postgres/log" --options="-p $2" >/dev/null
}

# start_mariadb DIR: leaves its port in $mariadb_port.
start_mariadb() {
    local dir=$1 user server install port attempt encryption=() plugins=()
    user=$(server_user mysql)
    # Debian keeps the server in /usr/sbin, which is not in everybody's PATH.
    server=$(PATH=$PATH:/usr/sbin command -v mariadbd || true)
    install=$(command -v mariadb-install-db || true)
    if [ -z "$server" ] || [ -z "$install" ]; then die "MariaDB's server is not installed: run scripts/setup.sh"; fi
    # A server that starts removes what looks like its own leftovers from the folder for temporary tables, so that no two
    # may share one.
    mkdir "$dir/mariadb" "$dir/mariadb/tmp"
    cat >"$dir/mariadb/init.sql" <<'SQL'
CREATE USER IF NOT EXISTS rowport@'%' IDENTIFIED BY 'rowport';
GRANT ALL ON *.* TO rowport@'%' WITH GRANT OPTION;
SQL
    if [ -n "$tls" ]; then
        cp "$tls/server.crt" "$tls/server.key" "$dir/mariadb/"
        encryption=(--ssl-cert="$dir/mariadb/server.crt" --ssl-key="$dir/mariadb/server.key"
            --require-secure-transport=ON)
    fi
    if [ -n "$spider" ]; then
        mkdir "$dir/mariadb/plugins"
        cp "$spider/ha_spider.so" "$dir/mariadb/plugins/"
        plugins=(--plugin-dir="$dir/mariadb/plugins" --plugin-load-add=ha_spider.so)
    fi
    own "$user" "$dir/mariadb"
    as "$user" "$install" --no-defaults --datadir="$dir/mariadb/data" --tmpdir="$dir/mariadb/tmp" --skip-test-db \
        --auth-root-authentication-method=normal >"$dir/mariadb-install.log" 2>&1 ||
        die "mariadb-install-db failed: $(tail -n 5 "$dir/mariadb-install.log")"
    for _ in 1 2 3 4 5; do
        port=$(free_port)
        # Nothing here outlives the run, so nothing waits for the disk.
        as "$user" setsid "$server" --no-defaults --datadir="$dir/mariadb/data" --socket="$dir/mariadb/socket" \
            --pid-file="$dir/mariadb/pid" --tmpdir="$dir/mariadb/tmp" --log-error="$dir/mariadb/log" --init-file="$dir/mariadb/init.sql" \
            --bind-address=127.0.0.1 --port="$port" --skip-name-resolve --max-connections=200 \
            --character-set-server=utf8mb4 --default-time-zone=+00:00 --local-infile=1 \
            --max-allowed-packet=256M --innodb-buffer-pool-size=256M --innodb-log-file-size=512M \
            --innodb-flush-log-at-trx-commit=0 --innodb-flush-method=nosync --skip-innodb-doublewrite \
            --skip-log-bin --skip-performance-schema "${encryption[@]}" "${plugins[@]}" </dev/null >/dev/null 2>&1 &
        local child=$!
        for ((attempt = 0; attempt < 3000; attempt++)); do
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

# start_pgbouncer DIR: puts it in front of the PostgreSQL at $postgres_port, and leaves its port in $pgbouncer_port.
start_pgbouncer() {
    local dir=$1 user program port attempt
    user=$(server_user postgres)
    # Debian keeps it in /usr/sbin, which is not in everybody's PATH.
    program=$(PATH=$PATH:/usr/sbin command -v pgbouncer || true)
    [ -n "$program" ] || return 0
    mkdir "$dir/pgbouncer"
    printf '"rowport" "rowport"\n' >"$dir/pgbouncer/users"
    for _ in 1 2 3; do
        port=$(free_port)
        cat >"$dir/pgbouncer/ini" <<INI
[databases]
* = host=127.0.0.1 port=$postgres_port
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $port
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $dir/pgbouncer/users
pool_mode = transaction
max_client_conn = 500
logfile = $dir/pgbouncer/log
pidfile = $dir/pgbouncer/pid
INI
        own "$user" "$dir/pgbouncer"
        as "$user" setsid "$program" --quiet "$dir/pgbouncer/ini" </dev/null >/dev/null 2>&1 &
        local child=$!
        for ((attempt = 0; attempt < 600; attempt++)); do
            if listens "$port" && [ -s "$dir/pgbouncer/pid" ]; then
                pgbouncer_port=$port
                disown "$child" 2>/dev/null || true
                return
            fi
            kill -0 "$child" 2>/dev/null || break
            sleep 0.1
        done
        kill "$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    done
    die "PgBouncer does not start: $(tail -n 5 "$dir/pgbouncer/log")"
}

# Whether all that was started still runs.
running() {
    [ -f "$state" ] || return 1
    # shellcheck source=/dev/null
    . "$state"
    local port
    for port in $postgres_port $mariadb_port $pgbouncer_port; do listens "$port" || return 1; done
}

# start [postgres|mariadb]
start() {
    if running; then return; fi
    [ ! -f "$state" ] || stop
    # In /tmp whatever TMPDIR says: the servers' users must reach it, and a socket's path is 107 bytes at most.
    directory=$(mktemp -d /tmp/rowport-databases.XXXXXX)
    chmod 755 "$directory"
    mkdir -p "$(dirname "$state")"
    trap 'stop_in "$directory"' EXIT
    postgres_port=
    mariadb_port=
    pgbouncer_port=
    if [ "${1:-postgres}" = postgres ]; then start_postgres "$directory"; fi
    if [ "${1:-mariadb}" = mariadb ]; then start_mariadb "$directory"; fi
    if [ $# = 0 ] && [ -z "$tls" ]; then start_pgbouncer "$directory"; fi
    printf 'directory=%q\npostgres_port=%q\nmariadb_port=%q\npgbouncer_port=%q\n' \
        "$directory" "$postgres_port" "$mariadb_port" "$pgbouncer_port" >"$state"
    trap - EXIT
}

# halt fast|immediate
halt() {
    # shellcheck source=/dev/null
    . "$state"
    as "$(server_user postgres)" "$(postgres_program pg_ctl)" stop --silent --mode="$1" --pgdata="$directory/postgres/data"
}

resume() {
    # shellcheck source=/dev/null
    . "$state"
    run_postgres "$directory" "$postgres_port" || die "PostgreSQL does not start: $(tail -n 5 "$directory/postgres/log")"
}

# stop_in DIR: stops what runs there and removes it.
stop_in() {
    local dir=$1
    case $dir in /tmp/rowport-databases.*) ;; *) die "will not remove $dir" ;; esac
    if [ -f "$dir/postgres/data/postmaster.pid" ]; then
        as "$(server_user postgres)" "$(postgres_program pg_ctl)" stop --silent --mode=immediate \
            --pgdata="$dir/postgres/data" || true
    fi
    end_process pgbouncer "$dir/pgbouncer/pid"
    end_process mariadbd "$dir/mariadb/pid"
    rm -rf "$dir"
}

# end_process NAME FILE: ends the process whose id the file has. Its data goes away with it, so it need not tidy up first. A
# stale file may name another process.
end_process() {
    local name=$1 pid
    [ -s "$2" ] || return 0
    pid=$(cat "$2")
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$name" ] || return 0
    kill -KILL "$pid"
    while [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$name" ]; do sleep 0.05; done
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
    [ -z "$postgres_port" ] ||
        printf 'export ROWPORT_TEST_POSTGRES=postgres://rowport:rowport@127.0.0.1:%s/postgres\n' "$postgres_port"
    [ -z "$mariadb_port" ] ||
        printf 'export ROWPORT_TEST_MYSQL=mysql://rowport:rowport@127.0.0.1:%s/\n' "$mariadb_port"
    [ -z "$pgbouncer_port" ] ||
        printf 'export ROWPORT_TEST_PGBOUNCER=postgres://rowport:rowport@127.0.0.1:%s/postgres\n' "$pgbouncer_port"
}

case ${1:-} in
start) start "${@:2}" ;;
halt) halt "${2:-fast}" ;;
resume) resume ;;
stop) stop ;;
env) print_env ;;
*) die "usage: scripts/databases.sh start|env|halt|resume|stop" ;;
esac
