#!/usr/bin/env bash
# Runs the same microbenchmarks on two commits, in turns, and prints how the second compares with the first.
#
#   bench/compare-commits.sh REV1 REV2          all benchmarks: about twenty minutes
#   bench/compare-commits.sh REV1 REV2 WORD...  only benchmarks with one of these words in their name
#   ROUNDS=9 bench/compare-commits.sh ...       more rounds than the default of five
#
# Both commits use the benchmarks of this checkout. If these do not compile with a commit, that commit uses its own. The
# script checks the commits out and builds them in temporary worktrees, and removes these at the end. It does not change
# this checkout.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
[[ $# -ge 2 ]] || { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 2; }
command -v dotnet >/dev/null || { echo "bench/compare-commits.sh: the .NET 10 SDK is missing: https://dot.net/download" >&2; exit 1; }
before=$(git -C "$root" rev-parse --verify --quiet "$1^{commit}") || { echo "bench/compare-commits.sh: there is no commit $1" >&2; exit 2; }
after=$(git -C "$root" rev-parse --verify --quiet "$2^{commit}") || { echo "bench/compare-commits.sh: there is no commit $2" >&2; exit 2; }
shift 2
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

# The benchmarks, and the streams that they play.
benchmarks=(bench/Micro tests/Streams.Shared)

work=$(mktemp -d)
remove() {
    for side in before after; do
        git -C "$root" worktree remove --force "$work/$side" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap remove EXIT

build() {
    dotnet build "$work/$1/bench/Micro" -c Release -v quiet -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false
}

prepare() {
    local tree=$work/$1
    git -C "$root" worktree add --quiet --detach "$tree" "$2"
    echo "building $1: $(git -C "$tree" log -1 --format='%h %s')" >&2
    for part in "${benchmarks[@]}"; do
        mkdir -p "$tree/$part"
        rm -rf "${tree:?}/$part"
        cp -r "$root/$part" "$tree/$part"
    done
    rm -rf "$tree/bench/Micro/bin" "$tree/bench/Micro/obj"
    grep -q BenchmarkDotNet "$tree/Directory.Packages.props" || cp "$root/Directory.Packages.props" "$tree/"
    if ! build "$1" >"$work/$1.log" 2>&1; then
        git -C "$tree" checkout --quiet -- bench/Micro 2>/dev/null || { cat "$work/$1.log" >&2; exit 1; }
        git -C "$tree" clean --quiet -fdx "${benchmarks[@]}"
        git -C "$tree" checkout --quiet -- tests/Streams.Shared 2>/dev/null || true
        echo "the benchmarks of this checkout do not compile with $1, so $1 uses its own" >&2
        build "$1" >&2
    fi
}

prepare before "$before"
prepare after "$after"

mkdir "$work/results"
rounds=${ROUNDS:-5}
for ((round = 1; round <= rounds; round++)); do
    for side in before after; do
        echo "round $round of $rounds: $side" >&2
        (cd "$work" && "$work/$side/bench/Micro/bin/Release/net10.0/dragoman-micro" run --short "$work/results/$side-$round" "$@")
    done
done

echo "Before: $(git -C "$root" log -1 --format='%h %s' "$before")"
echo "After:  $(git -C "$root" log -1 --format='%h %s' "$after")"
echo
"$work/after/bench/Micro/bin/Release/net10.0/dragoman-micro" compare "$work/results"
