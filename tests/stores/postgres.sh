#!/usr/bin/env bash
# Starts a PostgreSQL cluster of its own in a temporary folder, which only a Unix socket reaches. Prints "ready FOLDER" when it
# answers, and removes everything when its standard input ends: also when the process that started it has been killed. A line
# "kill" on its standard input kills the server as SIGKILL does, starts it again and prints "ready FOLDER" again.
# Arguments are more options of the server, such as -c fsync=on. Root on Debian or Ubuntu installs PostgreSQL first. Exits with 3 if
# PostgreSQL cannot be had.
set -euo pipefail

# shellcheck source=tests/stores/server.sh
source "$(dirname "${BASH_SOURCE[0]}")/server.sh"
# Ends a cluster at once, however many clients it has.
stop_signal=QUIT

main() {
    tools=$(find_tools) || (lock_installation && install)
    tools=$(find_tools) || give_up "PostgreSQL is missing after its installation"

    # The name of a socket has at most 107 characters, so that a long TMPDIR does not do.
    folder=$(mktemp -d /tmp/dragoman-pg.XXXXXXXX)
    trap clean_up EXIT
    # PostgreSQL refuses to run as root.
    user=()
    if [[ $(id -u) == 0 ]]; then
        chown postgres "$folder"
        user=(setpriv --reuid postgres --regid postgres --clear-groups)
    fi
    cd /
    "${user[@]}" "$tools/initdb" -D "$folder/data" -U dragoman -A trust -E UTF8 --locale C -N >"$folder/log" 2>&1 || fail "initdb failed: $(tail -n 5 "$folder/log")"
    start "$@" || fail "PostgreSQL ended: $(tail -n 5 "$folder/log")"
    local command
    while read -r command; do
        [[ $command == kill ]] || continue
        kill -KILL "$server"
        wait "$server" 2>/dev/null || true
        # The processes of the killed server notice it a moment later, and until then there can be no new one.
        until start "$@"; do
            sleep 0.1
        done
    done
}

start() {
    "${user[@]}" "$tools/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync=off -c max_connections=300 -c shared_buffers=32MB "$@" >>"$folder/log" 2>&1 </dev/null &
    server=$!
    until "$tools/pg_isready" -q -h "$folder" -d postgres; do
        kill -0 "$server" 2>/dev/null || return 1
        sleep 0.1
    done
    echo "ready $folder"
}

find_tools() {
    local path
    for path in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) $(dirname "$(command -v postgres || echo /nowhere/postgres)"); do
        if [[ -x $path/postgres && -x $path/initdb && -x $path/pg_isready ]]; then
            echo "$path"
            return
        fi
    done
    return 1
}

# Runs in a subshell, so that its trap is its own.
install() {
    if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
        give_up "PostgreSQL is missing; install it and try again: sudo apt-get install --no-install-recommends postgresql"
    fi
    # The package would start a server on port 5432, which is not wanted here.
    local policy=/usr/sbin/policy-rc.d
    if [[ ! -e $policy ]]; then
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod +x $policy
    fi
    {
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql
    } >&2 </dev/null || give_up "PostgreSQL could not be installed"
}

main "$@"
