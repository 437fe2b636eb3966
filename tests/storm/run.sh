#!/usr/bin/env bash
# Sends requests to many gateways that share a budget, kills gateways and the database in between, and then compares the ledger
# with what the provider has counted. docs/developers/budgets.md says what must be true.
#
#   tests/storm/run.sh                          each kind of store, in about nine minutes after the build
#   tests/storm/run.sh --store postgres         one of sqlite, postgres and tables
#   tests/storm/run.sh --short --store sqlite   without what must wait for the expiry of leases, in half a minute
#   --seconds N, --processes N, --requests N, --seed N   other sizes
#
# TEST_EXECUTABLES=native storms the executables that publish.sh has written.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[[ ${1:-} != -h && ${1:-} != --help ]] || { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit; }
command -v dotnet >/dev/null || { echo "tests/storm/run.sh: the .NET 10 SDK is missing: https://dot.net/download" >&2; exit 1; }
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build tests/storm -c Release -v quiet -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false >&2
exec tests/storm/bin/Release/net10.0/dragoman-storm "$@"
