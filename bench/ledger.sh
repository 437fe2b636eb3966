#!/usr/bin/env bash
# Measures how long a batch takes in each kind of ledger, and how many requests several processes settle in a second. Starts
# PostgreSQL, whose commits are on the disk, and Azurite.
#
#   bench/ledger.sh                   everything, in about four minutes after the build; writes bench/results/
#   bench/ledger.sh postgres tables   some stores, written to artifacts/bench/
#   bench/ledger.sh --quick           a short run, to check that it works
#   --processes N, --seconds N, --batches N
#
# BENCH_NOTE="..." adds a line to the report, such as what else the machine was doing.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ ${1:-} != -h && ${1:-} != --help ]] || { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit; }
command -v dotnet >/dev/null || { echo "bench/ledger.sh: the .NET 10 SDK is missing: https://dot.net/download" >&2; exit 1; }
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

BENCH_NGINX=$(nginx/install.sh)
export BENCH_NGINX
dotnet build bench -c Release -v quiet -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false
exec bench/bin/Release/net10.0/dragoman-bench ledger "$@"
