#!/usr/bin/env bash
# Measures what a reload of the configuration costs the requests that run meanwhile. In turn, it measures rounds without and
# with reloads, four a second, each of which adds or removes a model. It prints the 50th and the 99th percentile of both kinds,
# how many requests failed, and how long the reloads took.
#
#   bench/reload.sh                      10 rounds of each kind with 20,000 requests, in about five minutes after the build
#   bench/reload.sh --quick              2 rounds of each kind with 5,000 requests
#   bench/reload.sh --provider           each reload changes the provider too, so that its connections are opened anew
#
# BENCH_BUILT=1 measures the executables in artifacts/ as they are. BENCH_SIDECAR and BENCH_EMULATOR name others.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ ${1:-} != -h && ${1:-} != --help ]] || { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit; }
command -v ab >/dev/null || { echo "bench/reload.sh: ab is missing; Debian has it in apache2-utils" >&2; exit 1; }

rounds=10
requests=20000
changes_provider=
for argument in "$@"; do
    case $argument in
        --quick) rounds=2 requests=5000 ;;
        --provider) changes_provider=1 ;;
        *) echo "bench/reload.sh: argument \"$argument\" is not known; allowed: --quick, --provider, --help" >&2; exit 2 ;;
    esac
done
sidecar=${BENCH_SIDECAR:-artifacts/sidecar/dragoman-sidecar}
emulator=${BENCH_EMULATOR:-artifacts/emulator/dragoman-emulator}
[[ ${BENCH_BUILT:-} == 1 || -n ${BENCH_SIDECAR:-} ]] || ./publish.sh sidecar emulator
sidecar=$(realpath "$sidecar")
emulator=$(realpath "$emulator")

work=$(mktemp -d)
processes=()
finish() {
    for process in "${processes[@]}"; do
        kill "$process" 2>/dev/null || true
    done
    wait
    rm -rf "$work"
}
trap finish EXIT

# Prints the address that a process says it listens on.
address_in() {
    for _ in $(seq 100); do
        sed -n 's#^.* listening on http://##p' "$1" | grep -m1 . && return
        sleep 0.1
    done
    echo "bench/reload.sh: a process did not start:" >&2
    cat "$1" >&2
    exit 1
}

# Writes the configuration. Versions differ in a model, and with --provider in the provider too.
configure() {
    local idle=120
    [[ -z $changes_provider ]] || idle=$((100 + $1 % 2))
    cat >"$work/gateway.json.new" <<JSON
{ "providers": { "emulator": { "dialect": "mistral", "baseUrl": "http://$provider/v1", "apiKey": "emulator", "timeouts": { "idleSeconds": $idle } } },
  "models": { "m": { "provider": "emulator", "model": "mistral-small-latest" }, "m-$(($1 % 2))": { "provider": "emulator", "model": "x" } } }
JSON
    mv "$work/gateway.json.new" "$work/gateway.json"
}

# Measures one round and prints its percentiles and the requests that failed.
measure() {
    ab -q -k -c 16 -n "$requests" -T application/json -p "$work/body" -e "$work/percentiles.csv" "http://$gateway/v1/chat/completions" >"$work/ab.txt"
    local failed
    failed=$(sed -n 's/^Non-2xx responses: *//p' "$work/ab.txt")
    awk -F, -v failed="${failed:-0}" '$1 == 50 { median = $2 } $1 == 99 { p99 = $2 } END { print median, p99, failed }' "$work/percentiles.csv"
}

(cd "$work" && DRAGOMAN_EMULATOR_PORT=0 exec "$emulator" >"$work/emulator.log" 2>&1) &
processes+=($!)
provider=$(address_in "$work/emulator.log")
configure 0
(cd "$work" && DRAGOMAN_SIDECAR_PORT=0 exec "$sidecar" >"$work/sidecar.log" 2>&1) &
gateway_process=$!
processes+=("$gateway_process")
gateway=$(address_in "$work/sidecar.log")
echo '{"model":"m","messages":[{"role":"user","content":"Say something"}]}' >"$work/body"
measure >/dev/null

for round in $(seq "$rounds"); do
    measure >>"$work/without"
    (
        version=0
        while :; do
            version=$((version + 1))
            configure "$version"
            kill -HUP "$gateway_process"
            sleep 0.25
        done
    ) &
    reloader=$!
    measure >>"$work/with"
    kill "$reloader"
    wait "$reloader" 2>/dev/null || true
    echo "round $round of $rounds: without $(tail -1 "$work/without"), with $(tail -1 "$work/with") (p50 ms, p99 ms, failed)" >&2
done

median_of() { cut -d' ' -f"$2" "$work/$1" | sort -n | awk '{ all[NR] = $1 } END { print NR % 2 ? all[(NR + 1) / 2] : (all[NR / 2] + all[NR / 2 + 1]) / 2 }'; }
echo "| | p50 ms | p99 ms | failed |"
echo "| --- | --- | --- | --- |"
for kind in without with; do
    echo "| $kind reloads | $(median_of $kind 1) | $(median_of $kind 2) | $(awk '{ failed += $3 } END { print failed }' "$work/$kind") |"
done
awk -v with="$(median_of with 2)" -v without="$(median_of without 2)" 'BEGIN { printf "p99 with reloads / without: %.2f\n", with / without }'
grep -o 'It took [0-9]* ms' "$work/sidecar.log" | awk '{ print $3 }' | sort -n | awk '{ all[NR] = $1 } END { print NR " reloads took " all[int((NR + 1) / 2)] " ms in the median and at most " all[NR] " ms" }'
