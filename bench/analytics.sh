#!/usr/bin/env bash
# Measures how long questions about usage take in PostgreSQL with 10 million entries, which it writes first.
#
#   bench/analytics.sh           everything, in about a quarter of an hour after the build; writes bench/results/
#   bench/analytics.sh 200000    so many entries, written to artifacts/bench/
#
# BENCH_NOTE="..." adds a line to the report, such as what else the machine was doing.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ ${1:-} != -h && ${1:-} != --help ]] || { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit; }
command -v dotnet >/dev/null || { echo "bench/analytics.sh: the .NET 10 SDK is missing: https://dot.net/download" >&2; exit 1; }
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

BENCH_NGINX=$(nginx/install.sh)
export BENCH_NGINX
dotnet build bench -c Release -v quiet -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false
exec bench/bin/Release/net10.0/dragoman-bench analytics "$@"
