#!/usr/bin/env bash
# Compares Rowport with other tools on generated data, in one run on one machine. See `benchsuite/run.sh --help`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$PWD/target/benchsuite
export ROWPORT_TEST_DATABASES=$work/databases
mkdir -p "$work"

case " $* " in
*" --help "* | *" -h "*) exec python3 benchsuite/bench --help ;;
esac
scripts/setup.sh bench
if ! cmp -s benchsuite/requirements.txt "$work/venv/requirements.txt"; then
    printf 'Installing the Python tools\n'
    rm -rf "$work/venv"
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet --disable-pip-version-check -r benchsuite/requirements.txt
    cp benchsuite/requirements.txt "$work/venv/requirements.txt"
fi
if command -v npm >/dev/null && ! [ benchsuite/rivals/node_modules/.package-lock.json -nt benchsuite/rivals/package-lock.json ]; then
    printf 'Installing ExcelJS\n'
    (cd benchsuite/rivals && npm ci --no-audit --no-fund --loglevel=error)
    touch benchsuite/rivals/node_modules/.package-lock.json
fi
cargo build --quiet --release --locked --manifest-path benchsuite/rust/Cargo.toml --target-dir "$work"
cargo build --quiet --release --locked -p rowport
cargo build --quiet --release --locked -p rowport-testkit --features s3 --example s3

scripts/databases.sh start
trap 'scripts/databases.sh stop' EXIT
environment=$(scripts/databases.sh env)
eval "$environment"
"$work/venv/bin/python" benchsuite/bench --work "$work" "$@"
# Whoever asks for something in particular did not ask for this.
[ $# -gt 0 ] || scripts/page-speed.sh
