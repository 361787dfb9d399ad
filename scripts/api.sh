#!/usr/bin/env bash
# Holds the server to its own document: the document is valid, and schemathesis finds no server error and no
# undocumented answer. Needs target/debug/rowport, the databases of scripts/databases.sh, and scripts/setup.sh test.
#
#   ROWPORT_SEED       which requests are made: the same seed makes the same ones
#   ROWPORT_EXAMPLES   about how many for each operation; twice as many again come from walks along the links
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tools=$PWD/target/tools/python/bin
suite=crates/rowport-server/tests/schemathesis
edges=crates/rowport-testkit/src/edges
seed=${ROWPORT_SEED:-20260131}
examples=${ROWPORT_EXAMPLES:-60}
database=rowport_api_$$
work=$(mktemp -d)
server=

die() {
    printf 'api.sh: %s\n' "$*" >&2
    exit 1
}

if [ -z "${ROWPORT_TEST_POSTGRES:-}" ] || [ -z "${ROWPORT_TEST_MYSQL:-}" ]; then
    die 'no databases: see scripts/databases.sh'
fi

# url_part URL user|password|host|port|path
url_part() { python3 -c 'import sys, urllib.parse as u
url = u.urlsplit(sys.argv[1]); print(dict(user=url.username, password=url.password, host=url.hostname, port=url.port)[sys.argv[2]])' "$1" "$2"; }

postgres() { psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 "$@" >/dev/null; }
mysql() {
    MYSQL_PWD=$(url_part "$ROWPORT_TEST_MYSQL" password) mariadb --no-defaults --user="$(url_part "$ROWPORT_TEST_MYSQL" user)" \
        --host="$(url_part "$ROWPORT_TEST_MYSQL" host)" --port="$(url_part "$ROWPORT_TEST_MYSQL" port)" \
        --protocol=tcp --default-character-set=utf8mb4 "$@"
}

finish() {
    local status=$?
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    postgres "$ROWPORT_TEST_POSTGRES" --command="DROP DATABASE IF EXISTS $database WITH (FORCE)" || true
    mysql --execute="DROP DATABASE IF EXISTS $database" || true
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"$tools/openapi-spec-validator" web/openapi.json || die 'web/openapi.json is not a valid document'

postgres "$ROWPORT_TEST_POSTGRES" --command="CREATE DATABASE $database"
postgres "${ROWPORT_TEST_POSTGRES%/*}/$database" --file="$edges/postgres.sql"
mysql --execute="CREATE DATABASE $database CHARACTER SET utf8mb4"
mysql "$database" <"$edges/mysql.sql"
sqlite3 "$work/edges.db" <"$edges/sqlite.sql"

: >"$work/server.txt"
target/debug/rowport serve --listen 127.0.0.1:0 --data-dir "$work/data" \
    --source "postgres=${ROWPORT_TEST_POSTGRES%/*}/$database" --source "mysql=${ROWPORT_TEST_MYSQL%/}/$database" \
    --source "sqlite=sqlite:$work/edges.db" </dev/null >"$work/server.txt" 2>&1 &
server=$!
for ((attempt = 0; attempt < 300; attempt++)); do
    url=$(sed -n 's|^Rowport is at \(http://[^ ]*\).*|\1|p' "$work/server.txt")
    [ -z "$url" ] || break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
done
[ -n "${url:-}" ] || die "the server does not start: $(cat "$work/server.txt")"

# The report says more when something is wrong, and is noise when nothing is.
status=0
ROWPORT_URL=$url SCHEMATHESIS_HOOKS=hooks PYTHONPATH=$suite timeout "${ROWPORT_TIMEOUT:-600}" \
    "$tools/schemathesis" --no-color --config-file "$suite/schemathesis.toml" run web/openapi.json --url "$url" \
    --seed "$seed" --max-examples "$examples" --continue-on-failure --generation-database none \
    --report junit --report-junit-path "$work/junit.xml" >"$work/report.txt" 2>&1 || status=$?
if [ "$status" = 0 ]; then
    sed -n '/generated,/s/^ *//p; /^Answers: /p; /^Seed: /p' "$work/report.txt"
else
    cat "$work/report.txt"
fi
kill -0 "$server" 2>/dev/null || die "the server has gone: $(tail -n 20 "$work/server.txt")"
if grep -q panicked "$work/server.txt"; then
    grep -A 5 panicked "$work/server.txt"
    status=1
fi
# One test for each operation, one for the walks along links, one for the document.
counted=$(sed -n 's/.*<testsuites errors="\([0-9]*\)" failures="\([0-9]*\)".* tests="\([0-9]*\)".*/\1 \2 \3/p' "$work/junit.xml")
read -r errors failures tests <<<"$counted"
printf 'schemathesis: %d passed, %d failed\n' $((tests - failures - errors + 1)) $((failures + errors))
exit "$status"
