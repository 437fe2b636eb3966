#!/bin/sh
# Repeats tests, to find flaky ones: tests/repeat.sh [TIMES [FILTER]].
# It stops at the first failure. Without arguments it runs the streaming tests ten times. Set CONFIGURATION to Release to
# test that build. Build first (dotnet build).
set -eu

times=${1:-10}
filter=${2:-Category=Streaming}
root=$(cd "$(dirname "$0")/.." && pwd)

round=1
while [ "$round" -le "$times" ]; do
    echo "round $round of $times: $filter"
    for project in Gateway.Tests Functional.Tests; do
        dotnet test "$root/tests/$project" --no-build --nologo -c "${CONFIGURATION:-Debug}" --filter "$filter" || {
            echo "tests/repeat.sh: round $round of $times failed in $project" >&2
            exit 1
        }
    done
    round=$((round + 1))
done
echo "$times rounds without a failure"
