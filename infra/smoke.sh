#!/usr/bin/env bash
# Asks a deployed gateway whether it is there, whether it is ready, and whether it refuses callers without a key.
#
#   infra/smoke.sh https://ca-dragoman.example.azurecontainerapps.io
#
# A gateway at zero replicas has to start first, so it may fail for SMOKE_SECONDS (120).
set -euo pipefail

main() {
    [[ $# -eq 1 && $1 == http*://* ]] || fail "one argument is needed, the address of the gateway: https://…"
    local url=${1%/}
    wait_for "$url/health"
    wait_for "$url/ready"
    local status
    status=$(status_of "$url/v1/models")
    [[ $status == 401 ]] || fail "$url/v1/models answered $status to a caller without a key; it must be 401"
    echo "$url is there, is ready, and refuses callers without a key"
}

wait_for() {
    local end=$((SECONDS + ${SMOKE_SECONDS:-120})) status
    while status=$(status_of "$1"); [[ $status != 200 ]]; do
        ((SECONDS < end)) || fail "$1 answered $status; it must be 200"
        sleep 2
    done
}

# 000 means that nobody answered.
status_of() {
    curl --silent --output /dev/null --max-time 20 --write-out '%{http_code}' "$1" || true
}

fail() {
    echo "smoke.sh: $1" >&2
    exit 1
}

main "$@"
