#!/usr/bin/env bash
# Measures the cold start of the packaged function app of both hosting models: from the start of its process to its first answer,
# and its memory after that. It needs an idle machine to say anything.
#
#   infra/cold-start.sh [RUNS]    starts each RUNS times (30) from the packages that infra/package.sh has left in artifacts/packages
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
runs=${1:-30}
if [[ $# -gt 1 || ! $runs =~ ^[1-9][0-9]*$ ]]; then
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
    exit 2
fi
scratch=$(mktemp -d "${TMPDIR:-/tmp}/dragoman-cold.XXXXXXXX")
trap 'rm -rf "$scratch"' EXIT
for hosting in isolated custom; do
    package=$root/artifacts/packages/functions-$hosting.zip
    [[ -f $package ]] || { echo "cold-start.sh: $package is missing: run infra/package.sh first" >&2; exit 1; }
    unzip -q "$package" -d "$scratch/$hosting"
done
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet run --project "$root/tests/FunctionsHost" -c Release -v quiet -- --measure "$runs" "$scratch/isolated" "$scratch/custom"
