#!/usr/bin/env bash
# Builds Dragoman's executables as they are published, measures them beside bare nginx, prints the figures and writes
# them to bench/results/.
#
#   bench/run.sh            everything, about four minutes after the build
#   bench/run.sh --quick    one short round, to see that it works; writes no file
#   bench/run.sh streams    10,000 streams at once; with --largest the most that each way bears
#   bench/run.sh soak       20 minutes of mixed load, and whether memory stays flat; --minutes N for another length
#
# BENCH_NOTE="..." adds a line to the result, such as what else the machine was doing.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ $# == 0 || $* == --quick || $1 == streams || $1 == soak ]] || { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 2; }
command -v dotnet >/dev/null || { echo "bench/run.sh: the .NET 10 SDK is missing: https://dot.net/download" >&2; exit 1; }
BENCH_NGINX=$(nginx/install.sh)
export BENCH_NGINX DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

for executable in emulator functions sidecar; do
    echo "publishing $executable" >&2
    dotnet publish "$executable" -c Release -r linux-x64 -o "artifacts/$executable" -v quiet -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false
done
echo "building the load generator" >&2
dotnet build bench -c Release -v quiet -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false
exec bench/bin/Release/net10.0/dragoman-bench "$@"
