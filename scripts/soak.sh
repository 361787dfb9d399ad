#!/usr/bin/env bash
# The long suite: what `make test` does a tenth of, with the full counts, on the release build; and what takes minutes.
# Closes with a table of what was tried and what it met. Hours on two cores: `scripts/soak.sh kills fence` runs those
# lines only, and `scripts/soak.sh list` names them all. The line `garage` is the replicas and the kills once more, with
# their bucket in Garage, which is a server that people run, rather than in one of the test's own. Where there is no Garage
# it is built first; scripts/garage.sh says how to name one.
#
#   ROWPORT_SEED    where the dice begin; a line of the table says which seed it had
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export PATH=$PWD/target/tools/bin:$PATH
export ROWPORT_TEST_DATABASES=$PWD/target/soak-databases.$$
export ROWPORT_TEST_GARAGE=$PWD/target/soak-garage.$$
export ROWPORT_SOAK=1
export ROWPORT_BINARY=$PWD/target/release/rowport
wanted=("$@")
logs=$(mktemp -d)
table=$logs/table
failed=0

finish() {
    local status=$?
    scripts/databases.sh stop || true
    scripts/garage.sh stop || true
    if [ -s "$table" ]; then
        printf '\n%-12s %-7s %8s  %s\n' line result seconds 'what it met'
        cat "$table"
    fi
    if [ "$status" = 0 ] && [ "$failed" = 0 ]; then rm -rf "$logs"; else printf '\nThe logs are in %s\n' "$logs"; fi
    [ "$status" != 0 ] || exit "$failed"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

is_wanted() {
    local name
    [ ${#wanted[@]} -gt 0 ] || return 0
    for name in "${wanted[@]}"; do [ "$name" != "$1" ] || return 0; done
    return 1
}

# line NAME COMMAND…: runs it, and takes what it says about its counts into the table.
line() {
    local name=$1 started=$SECONDS result=passed said
    shift
    if [ "${wanted[*]-}" = list ]; then
        printf '%s\n' "$name"
        return
    fi
    is_wanted "$name" || return 0
    printf '== %s\n' "$name"
    "$@" </dev/null >"$logs/$name.log" 2>&1 || result=FAILED
    # A filter that names no test any more must not look like a success.
    grep -Eq 'test result: ok\. [1-9]|^schemathesis: ' "$logs/$name.log" || result=FAILED
    [ "$result" = passed ] || failed=1
    said=$(grep -E "^[^ ].*[0-9].*($counted)" "$logs/$name.log" | grep -vE '^(test |running |warning)' || true)
    [ -n "$said" ] || said='-'
    while IFS= read -r said_line; do
        printf '%-12s %-7s %8d  %s\n' "$name" "$result" $((SECONDS - started)) "$said_line" >>"$table"
    done <<<"$said"
    [ "$result" = passed ] || tail -n 30 "$logs/$name.log"
}

# What tests say of their counts has one of these words in it.
counted='kills|races|tamperings|refused|exports|listeners|connections|views|requests|reads|KiB|rows|restarts|Requests|Answers|Seed'

# cases COUNT PACKAGE TEST FILTER…: the tests of that name, so often. The workspace as a whole, so that nothing is built
# with other features than `make test` builds it with.
cases() {
    local count=$1 target=$2
    shift 2
    [ "$count" = all ] || export ROWPORT_CASES=$count
    cargo test --workspace --locked --quiet --test "$target" -- --nocapture --test-threads=1 "$@"
    unset ROWPORT_CASES
}

# on_garage COMMAND…: where any well-behaved bucket will do, it is one of Garage.
on_garage() {
    local bucket
    bucket=$(scripts/garage.sh env)
    # In a shell of its own, so that no other line sees the bucket.
    (
        eval "$bucket"
        "$@"
    )
}

if [ "${wanted[*]-}" != list ]; then
    scripts/setup.sh long
    cargo build --release --locked -p rowport
    # The schemathesis line asks the debug build, which has the overflow checks.
    cargo test --workspace --locked --no-run
    # Before all lines: whoever has to wait until it is built sees why.
    if is_wanted garage; then scripts/garage.sh start; fi
    scripts/databases.sh start
    databases=$(scripts/databases.sh env)
    eval "$databases"
fi

line filters cases 10000 conformance every_database_answers_a_view_as_plain_evaluation_does
line judged cases 2000 conformance filters_and_pages_over_generated_columns
line hidden cases 10000 api hostile_views_tell_nothing
line policies cases 10000 policies no_part_of_a_query
line snapshots cases 200 conformance a_read_is_one_state_while_others_write
line fire cases 100 cli an_export_from
line kills cases 75 cli runs::killed
line fence cases 100 cli runs::fenced
line replicas cases 200 cli runs::shared
line changes cases 300 cli changes::changes_on
line along cases 100 cli dependents::
line races cases 10000 changes races::
line repeated cases 1000 changes repeated::
line repeated-api cases 300 api repeated::
line repeated-kills cases 30 cli repeated::
line many cases 1000000 cli many_changes::
line model cases all changes model::
line interleaved cases all changes interleaved::
line broken-rules cases all changes broken_rules::
line generated cases all changes generated::
line interrupted cases all changes interrupted::
line tampering cases 1000 state tampering::every
line relay cases 100 cli relayed::rows_of
line garage on_garage cases all cli runs::shared runs::killed::csv_in_a_bucket runs::killed::xlsx_in_a_bucket \
    runs::killed::archives_about_a_person_in_a_bucket
line sessions cases 100 cli runs::lost_connections
line spider cases all conformance what_spider_answers
line restarts cases 120 cli runs::restarted
line full-disk cases all cli full_disk a_disk_that_loses
line listeners cases 1000 cli runs::listeners
line sheets cases all cli more_rows_than_a_sheet_has other_programs_open_workbooks
line memory cases all cli ten_million_rows
line keys cases all cli four_selections_of_a_million_keys
# What is promised within so many seconds: `make test` waits for it, and this holds it against the clock.
line ends cases all conformance cancelling:: errors::
line leaving cases all api slow_readers:: runs::a_run_is_cancelled bucket::an_export_into
line stopping cases all cli runs::drained misbehaving::a_bucket_that_refuses failing::a_reader
line api env ROWPORT_API_REQUESTS="${ROWPORT_API_REQUESTS:-1000}" scripts/api.sh
