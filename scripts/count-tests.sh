#!/usr/bin/env bash
# Reads the output of test runners and prints `PASSED FAILED`: what their closing lines add up to.
set -euo pipefail

sed -E $'s/\x1b\\[[0-9;]*m//g' | awk '
    function before(word,    i) {
        for (i = 2; i <= NF; i++) if ($i ~ "^" word "[,;]?$") return $(i - 1) + 0
        return 0
    }
    # cargo-nextest:  Summary [  1.1s] 8 tests run: 7 passed (1 slow), 1 failed, 0 skipped
    /^ *Summary \[.*tests? run:/ || /^test result: / || /^[a-z0-9]+: [0-9]+ passed, [0-9]+ failed/ {
        passed += before("passed"); failed += before("failed") + before("timed") + before("errored")
    }
    END { print passed + 0, failed + 0 }
'
