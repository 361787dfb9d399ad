#!/usr/bin/env bash
# Installs what is missing for one purpose, and does nothing when nothing is.
#
#   scripts/setup.sh demo     what building and running the page and the binary needs
#   scripts/setup.sh test     that, the databases, a browser, schemathesis and cargo-deny
#   scripts/setup.sh bench    what `make bench` needs
#   scripts/setup.sh long     what the long suite needs on top of `test`: LibreOffice
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

purpose=${1:-test}
packages=()

die() {
    printf 'setup.sh: %s\n' "$*" >&2
    exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }
# need PACKAGE COMMAND…: the package is missing if the command fails.
need() {
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || packages+=("$package")
}
postgres_server() { [ -n "$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null)" ] || has initdb; }
mariadb_server() { PATH=$PATH:/usr/sbin has mariadbd; }
pgbouncer() { PATH=$PATH:/usr/sbin has pgbouncer; }

need build-essential has cc
case $purpose in
demo) ;;
test | long)
    need postgresql postgres_server
    need mariadb-server mariadb_server
    need pgbouncer pgbouncer
    need chromium has chromium
    need python3-venv python3 -c 'import ensurepip, venv'
    need sqlite3 has sqlite3
    need jq has jq
    need openssl has openssl
    need curl has curl
    need unzip has unzip
    [ "$purpose" = test ] || need libreoffice-calc-nogui has soffice
    ;;
bench)
    need postgresql postgres_server
    need mariadb-server mariadb_server
    need python3-venv python3 -c 'import ensurepip, venv'
    need sqlite3 has sqlite3
    need curl has curl
    ;;
*) die "usage: scripts/setup.sh demo|test|bench|long" ;;
esac

if [ ${#packages[@]} -gt 0 ]; then
    has apt-get || die "please install what Debian calls: ${packages[*]}"
    sudo=()
    if [ "$(id -u)" != 0 ]; then
        has sudo || die "please run as root: apt-get install ${packages[*]}"
        sudo=(sudo)
    fi
    printf 'Installing %s\n' "${packages[*]}"
    log=$(mktemp)
    if ! { "${sudo[@]}" apt-get update && "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install \
        --yes --no-install-recommends "${packages[@]}"; } </dev/null >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        die "cannot install ${packages[*]}; the whole log is in $log"
    fi
    rm -f "$log"
fi

has cargo || die "Rust is missing: https://rustup.rs"
if [ "$purpose" != bench ]; then
    has npm || die "Node.js 20.19 or newer is missing, with npm: https://nodejs.org"
    node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' ||
        die "Node.js is $(node --version), and the page's tools need 20.19 or newer"
fi

# npm leaves a copy of the lock file behind, so its age says whether anything changed.
if [ "$purpose" != bench ] && [ -f web/package-lock.json ] &&
    ! [ web/node_modules/.package-lock.json -nt web/package-lock.json ]; then
    printf 'Installing the packages of the page\n'
    (cd web && npm ci --no-audit --no-fund --loglevel=error) || die "npm ci failed"
    touch web/node_modules/.package-lock.json
fi

# A virtual environment cannot be moved, so one from elsewhere is made again; its list of packages says whether it is
# whole and current.
if [ "$purpose" = test ] || [ "$purpose" = long ]; then
    wanted=crates/rowport-server/tests/schemathesis/requirements.txt
    python=target/tools/python
    if ! cmp --quiet "$wanted" "$python/installed.txt" || ! "$python/bin/schemathesis" --version >/dev/null 2>&1; then
        printf 'Installing schemathesis\n'
        rm -rf "$python"
        mkdir -p target/tools
        python3 -m venv "$python" || die "python3 -m venv failed"
        "$python/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted" ||
            die "schemathesis cannot be installed"
        cp "$wanted" "$python/installed.txt"
    fi
fi

# nextest is used where it is installed, and not built here: see docs/decisions/test-tools.md.
if [ "$purpose" = test ] || [ "$purpose" = long ]; then
    if ! has cargo-deny && ! [ -x target/tools/bin/cargo-deny ]; then
        printf 'Building cargo-deny, once, which takes about three minutes\n'
        cargo install --quiet --locked --root target/tools --version '^0.20' cargo-deny 2>&1 |
            grep -v 'to your PATH' || true
        [ -x target/tools/bin/cargo-deny ] || die "cargo-deny cannot be built"
    fi
fi
