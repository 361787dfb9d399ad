#!/usr/bin/env bash
# Holds the server to its own document: the document is valid, a client made of it lists rows, and schemathesis finds no
# server error and no undocumented answer, on three databases with every type at its edges. Needs target/debug/rowport, the databases of
# scripts/databases.sh, and what scripts/setup.sh test installs.
#
#   ROWPORT_SEED           which requests are made: the same number makes the same ones
#   ROWPORT_API_REQUESTS   how many at random for each operation, on top of those that its schema suggests
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

root=$PWD
tools=$root/target/tools/python/bin
suite=$root/crates/rowport-server/tests/schemathesis
edges=$root/crates/rowport-testkit/src/edges
seed=${ROWPORT_SEED:-20260131}
requests=${ROWPORT_API_REQUESTS:-40}
database=rowport_api_$$
work=$(mktemp -d)
server=

die() {
    printf 'api.sh: %s\n' "$*" >&2
    exit 1
}

postgres() { psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 "$@" >/dev/null; }

# The URL is that of scripts/databases.sh: user, password, host and port, and nothing that is escaped.
[[ ${ROWPORT_TEST_MYSQL:-} =~ ^mysql://([^:]+):([^@]+)@([^:]+):([0-9]+)/$ ]] || die 'no databases: see scripts/databases.sh'
server_of_mysql=("${BASH_REMATCH[@]}")
mysql() {
    MYSQL_PWD=${server_of_mysql[2]} mariadb --no-defaults --protocol=tcp --default-character-set=utf8mb4 \
        --user="${server_of_mysql[1]}" --host="${server_of_mysql[3]}" --port="${server_of_mysql[4]}" "$@"
}

# shellcheck disable=SC2317 # the trap calls it
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
    --source "postgres=${ROWPORT_TEST_POSTGRES%/*}/$database" --source "mysql=$ROWPORT_TEST_MYSQL$database" \
    --source "sqlite=sqlite:$work/edges.db" </dev/null >"$work/server.txt" 2>&1 &
server=$!
url=
for ((attempt = 0; attempt < 3000; attempt++)); do
    url=$(sed -n 's|^Rowport is at \(http://[^ ]*\).*|\1|p' "$work/server.txt")
    [ -z "$url" ] || break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
done
[ -n "$url" ] || die "the server does not start: $(cat "$work/server.txt")"
for ((attempt = 0; attempt < 3000; attempt++)); do
    link=$(sed -n 's|^http://[^ ]*/join#||p' "$work/server.txt")
    [ -z "$link" ] || break
    sleep 0.1
done
key=$("$tools/python" "$suite/sign_in.py" "$url" "$link") || die 'the first administrator cannot sign in'

# A client that others make of the document lists rows. What its maker cannot read is a warning, and an error here.
"$tools/openapi-python-client" generate --path web/openapi.json --output-path "$work/client" \
    --config "$suite/client.yml" --fail-on-warning >"$work/client.txt" 2>&1 || die "no client: $(cat "$work/client.txt")"
PYTHONPATH=$work/client PYTHONDONTWRITEBYTECODE=1 "$tools/python" "$suite/list_rows.py" "$url" "$key" ||
    die 'the client that is made of the document does not list rows'

# It leaves files where it runs. Its report says much when something is wrong, and is noise when nothing is.
status=0
(cd "$work" && ROWPORT_URL=$url ROWPORT_KEY=$key SCHEMATHESIS_HOOKS=hooks PYTHONPATH=$suite PYTHONDONTWRITEBYTECODE=1 \
    "$tools/schemathesis" --no-color --config-file "$suite/schemathesis.toml" run "$root/web/openapi.json" \
    --url "$url" --header "Authorization: Bearer $key" --seed "$seed" --max-examples "$requests" --continue-on-failure --generation-database none \
    --report junit --report-junit-path junit.xml >report.txt 2>&1) || status=$?
if [ "$status" = 0 ]; then
    sed -n '/ generated, /s/^ */Requests: /p; /^Answers: /p; /^Seed: /p' "$work/report.txt"
else
    cat "$work/report.txt"
fi
kill -0 "$server" 2>/dev/null || die "the server has gone: $(tail -n 20 "$work/server.txt")"
if grep --after-context=5 panicked "$work/server.txt"; then status=1; fi

# One test for each operation, one for the walks along links, and one for the document.
head=$(grep --max-count=1 '<testsuites ' "$work/junit.xml")
count() { [[ $head =~ \ $1=\"([0-9]+)\" ]] && printf '%s' "${BASH_REMATCH[1]}"; }
failed=$(($(count failures) + $(count errors)))
printf 'schemathesis: %d passed, %d failed\n' $(($(count tests) - failed + 1)) "$failed"
exit "$status"
