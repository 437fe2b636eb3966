# shellcheck shell=bash
# Sourced by the scripts that start a server for the tests, which set these values.

# The temporary folder, and the server's process and the signal that stops it.
folder=
server=
stop_signal=TERM

# What is locked while something is installed. No file of the repository: .NET locks what it reads, so that tests which read the
# repository would fail meanwhile.
lock_file=${TMPDIR:-/tmp}/dragoman-installation-$(id -u).lock

clean_up() {
    if [[ -n $server ]]; then
        kill -"$stop_signal" "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$folder"
}

fail() {
    echo "$1" >&2
    exit 1
}

# Lets the other scripts wait that install something, until the shell ends that calls this. Several of them start at the same time.
lock_installation() {
    local lock
    exec {lock}>"$lock_file"
    if command -v flock >/dev/null; then flock "$lock"; fi
}

# The server cannot be had, so that its tests are skipped.
give_up() {
    echo "$1" >&2
    exit 3
}
