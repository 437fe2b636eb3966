#!/usr/bin/env bash
# Publishes Dragoman's executables, measures them beside bare nginx and Portkey's gateway, prints the figures, and writes
# them to bench/results/ as tables, plots and JSON.
#
#   bench/run.sh                      everything; about a quarter of an hour after the build
#   bench/run.sh --quick              one short round, to check that it works
#   bench/run.sh --only whole,typed   some measures: whole, paced, flood, single, typed, memory, start, streams
#   bench/run.sh --contenders sidecar,portkey
#                                     some ways, and the ways that they are compared with
#   bench/run.sh compare A.json B.json
#                                     ratios of the figures of two runs
#   bench/run.sh streams [...]        very many concurrent streams; with --largest the largest number of them
#   bench/run.sh soak                 20 minutes of mixed load, checks that memory stays flat; then 10 minutes of the fuzzer
#                                     (tests/fuzz); --minutes N and --fuzz-minutes N set other lengths, 0 for no fuzzing
#
# A partial run is written to artifacts/bench/ instead. BENCH_NOTE="..." adds a line to the report, such as what else the
# machine was doing.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
oldest_node=20
portkey=bench/peers/portkey
generator=bench/bin/Release/net10.0/dragoman-bench

main() {
    command -v dotnet >/dev/null || give_up "the .NET 10 SDK is missing: https://dot.net/download"
    export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
    case ${1:-} in
        -h | --help)
            sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
            exit
            ;;
        compare) ;;
        *)
            BENCH_NGINX=$(nginx/install.sh)
            export BENCH_NGINX
            ./publish.sh
            if [[ ${1:-} != soak && ( ${1:-} != streams || " $* " == *" --largest "* ) ]]; then install_portkey; fi
            ;;
    esac
    say "building the load generator"
    dotnet build bench -c Release -v quiet -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false
    exec "$generator" "$@"
}

# Without Portkey the bench still measures everything else, and the report says that Portkey is missing.
install_portkey() {
    if ! node_is_new_enough && [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
        say "installing Node.js"
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm; } >&2 || true
    fi
    if ! node_is_new_enough || ! command -v npm >/dev/null; then
        say "Portkey is left out: Node.js $oldest_node or newer and npm are missing: https://nodejs.org/en/download"
        return
    fi
    say "installing Portkey"
    # The package's install scripts are only for its developers.
    if (cd "$portkey" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2; then
        export BENCH_PORTKEY=$portkey
    else
        say "Portkey is left out: npm could not install it"
    fi
}

node_is_new_enough() {
    command -v node >/dev/null && (($(node -p 'process.versions.node.split(".")[0]') >= oldest_node))
}

say() {
    echo "$1" >&2
}

give_up() {
    say "bench/run.sh: $1"
    exit 1
}

main "$@"
