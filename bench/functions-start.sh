#!/usr/bin/env bash
# Measures the cold start of the packaged function app in both hosting models, through the tests' Functions host: init answered,
# all functions loaded, first answer.
#
#   bench/functions-start.sh [RUNS]    medians of RUNS starts, 20 by default
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
./publish.sh functions
dotnet publish functions -c Release -r linux-x64 -o artifacts/functions-isolated -v quiet -clp:NoSummary
dotnet build tests/FunctionsHost -c Release -v quiet -clp:NoSummary
exec tests/FunctionsHost/bin/Release/net10.0/dragoman-functions-host --measure "${1:-20}" artifacts/functions-isolated artifacts/functions
