#!/usr/bin/env bash
# Unpacks Debian's mariadb-plugin-spider into target/tools/spider, and prints the folder with ha_spider.so, for
# ROWPORT_TEST_SPIDER of scripts/databases.sh. It is not installed: every MariaDB of the machine would load it then.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=$PWD/target/tools/spider
plugins=$folder/usr/lib/mysql/plugin
if ! [ -f "$plugins/ha_spider.so" ]; then
    rm -rf "$folder"
    mkdir -p "$folder"
    (cd "$folder" && apt-get download mariadb-plugin-spider >/dev/null 2>&1 && dpkg -x ./*.deb .) || {
        printf 'spider.sh: cannot download mariadb-plugin-spider: run apt-get update\n' >&2
        exit 1
    }
fi
printf '%s\n' "$plugins"
