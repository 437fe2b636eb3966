#!/usr/bin/env bash
# Attacks the running product as a stranger would, and reports what held: tests/attack/run.sh [--only NAME] [--full] …
# All traffic stays on loopback. As root it runs in its own network namespace, which also has the addresses that must
# never be reached.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

main() {
    command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing; install it and try again: https://dot.net/download"
    [[ " $* " == *" --list "* ]] || "$root/nginx/install.sh" >/dev/null || fail "nginx is missing, and the attacks need it"
    export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
    dotnet build "$root/tests/attack" -c Release -v quiet -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false >&2 || fail "the build failed"
    # Under nohup all started processes would ignore SIGHUP, and the attack with SIGHUP would prove nothing.
    local attack=(env --default-signal=HUP "$root/tests/attack/bin/Release/net10.0/dragoman-attack" "$@")
    if can_have_a_namespace; then
        # The namespace of processes makes sure that no started process outlives the run, however the run ends.
        exec unshare --net --mount --pid --fork --kill-child --mount-proc "$0" inside "${attack[@]}"
    fi
    echo "attack: cannot create a network namespace (not root?); the attacks that need one are not run" >&2
    exec "${attack[@]}"
}

can_have_a_namespace() {
    [[ $(id -u) == 0 ]] || return 1
    if ! command -v ip >/dev/null && command -v apt-get >/dev/null; then
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends iproute2; } >&2 || return 1
    fi
    command -v ip >/dev/null && unshare --net --mount --pid --fork --kill-child --mount-proc ip link set lo up 2>/dev/null
}

# Runs in the namespace. It adds addresses of cloud platforms and private networks, so that a connection to them succeeds.
inside() {
    shift
    ip link set lo up
    local address
    for address in 192.0.2.1 168.63.129.16 169.254.169.254 100.100.100.200 10.11.12.13 192.168.77.77 172.20.1.1; do
        ip address add "$address/32" dev lo
    done
    ATTACK_NAMESPACE=yes exec "$@"
}

fail() {
    echo "tests/attack/run.sh: $1" >&2
    exit 1
}

if [[ ${1:-} == inside ]]; then inside "$@"; else main "$@"; fi
