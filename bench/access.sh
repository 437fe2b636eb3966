#!/usr/bin/env bash
# Measures what keys, tokens and limits cost, and how soon all processes see a change. Publishes the sidecar and the
# emulator first.
#
#   bench/access.sh                      everything, in about seven minutes after the build; writes bench/results/
#   bench/access.sh revocation listing   some parts, written to artifacts/bench/:
#                                          revocation   8 processes until they refuse one of 100,000 keys, 5 rounds
#                                          listing      the pages of the list of all keys
#                                          rate         requests that 8 processes admit beyond a limit, for 70 s
#                                          cost         CPU of a whole answer with keys, tokens, limits and budgets against open access
#   bench/access.sh --quick              a short run, to check that it works
#   --processes N, --keys N, --rounds N  other sizes
#
# BENCH_BUILT=1 measures the executables in artifacts/ as they are. BENCH_NOTE="..." adds a line to the report, such as what
# else the machine was doing.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ ${1:-} != -h && ${1:-} != --help ]] || { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit; }
command -v dotnet >/dev/null || { echo "bench/access.sh: the .NET 10 SDK is missing: https://dot.net/download" >&2; exit 1; }
for tool in ab taskset; do
    command -v "$tool" >/dev/null || { echo "bench/access.sh: $tool is missing; Debian has it in apache2-utils (ab) and util-linux (taskset)" >&2; exit 1; }
done
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

BENCH_NGINX=$(nginx/install.sh)
export BENCH_NGINX
[[ ${BENCH_BUILT:-} == 1 ]] || ./publish.sh sidecar emulator
dotnet build bench -c Release -v quiet -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false
exec bench/bin/Release/net10.0/dragoman-bench access "$@"
