#!/usr/bin/env bash
# Starts Azurite's table service with its data in memory. Prints "ready PORT" when it answers, and stops it when its standard
# input ends: also when the process that started it has been killed. Exits with 3 if Azurite cannot be had.
set -euo pipefail

# shellcheck source=tests/stores/server.sh
source "$(dirname "${BASH_SOURCE[0]}")/server.sh"

main() {
    cd "$(dirname "${BASH_SOURCE[0]}")"
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        give_up "Node.js and npm are missing; install them and try again: https://nodejs.org/en/download"
    fi
    install

    folder=$(mktemp -d)
    trap clean_up EXIT
    # Azurite does not say which port it chose, so that a port is chosen here, which was free a moment ago.
    port=$(node -e 'const server = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(server.address().port); server.close(); })')
    node node_modules/azurite/dist/src/table/main.js --tableHost 127.0.0.1 --tablePort "$port" --inMemoryPersistence \
        --silent --skipApiVersionCheck --disableTelemetry >"$folder/log" 2>&1 </dev/null &
    server=$!
    until grep -q 'successfully' "$folder/log"; do
        kill -0 $server 2>/dev/null || fail "Azurite ended: $(tail -n 5 "$folder/log")"
        sleep 0.1
    done
    echo "ready $port"
    cat >/dev/null
}

install() (
    lock_installation
    if ! cmp -s package-lock.json node_modules/.installed-lock; then
        npm ci --no-audit --no-fund --ignore-scripts >&2 </dev/null || give_up "npm could not install Azurite"
        cp package-lock.json node_modules/.installed-lock
    fi
)

main
