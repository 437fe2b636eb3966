#!/usr/bin/env bash
# Measures the parts of the hot path in one process, without a network, and prints the figures.
#
#   bench/micro.sh                  everything, in less than ten minutes; writes bench/results/DATE-micro.md and .json
#   bench/micro.sh --short          everything, less thoroughly, in less than two minutes; keeps no results
#   bench/micro.sh [--short] WORD   only benchmarks with this word in their name, such as Cell, Writer.Text or "Ollama to"
#
# BENCH_NOTE="..." adds a text to the title of the result, such as what else the machine was doing.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ ${1:-} != --help ]] || { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit; }
command -v dotnet >/dev/null || { echo "bench/micro.sh: the .NET 10 SDK is missing: https://dot.net/download" >&2; exit 1; }
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

output=artifacts/micro/last
[[ $# -gt 0 ]] || output=bench/results/$(date -u +%F)-micro
pace=()
if [[ ${1:-} == --short ]]; then
    pace=(--short)
    shift
fi
dotnet build bench/Micro -c Release -v quiet -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false
BENCH_NOTE="commit $(git describe --always --dirty --abbrev=10)${BENCH_NOTE:+, $BENCH_NOTE}" \
    bench/Micro/bin/Release/net10.0/dragoman-micro run "${pace[@]}" "$output" "$@"
cat "$output.md"
