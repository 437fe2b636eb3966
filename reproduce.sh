#!/usr/bin/env bash
# Builds the product twice, in two directories with names of different length, and compares every file that comes out, byte by
# byte. What is built is the work tree without ignored files.
#
#   ./reproduce.sh            sidecar, functions (both hosting models), emulator and cli as the SDK builds them
#   ./reproduce.sh --native   also the native executables, which takes some minutes more
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
native=no
scratch=

main() {
    case "$*" in
        "") ;;
        --native) native=yes ;;
        *) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 2 ;;
    esac
    command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing; install it and try again: https://dot.net/download"
    # The same packages, too.
    export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 RestoreLockedMode=true
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/dragoman-reproduce.XXXXXXXX")
    trap 'rm -rf "$scratch"' EXIT
    build "$scratch/a"
    build "$scratch/another/directory"
    compare "$scratch/a" "$scratch/another/directory"
}

build() {
    echo "building in $1"
    mkdir -p "$1"
    (cd "$root" && git ls-files -z --cached --others --exclude-standard | tar -c --null --files-from=- --ignore-failed-read) | tar -x -C "$1"
    local projects='"functions\\Functions.csproj", "sidecar\\Sidecar.csproj", "emulator\\Emulator.csproj", "cli\\Cli.csproj"'
    printf '{ "solution": { "path": "Serverless.sln", "projects": [ %s ] } }\n' "$projects" >"$1/product.slnf"
    dotnet_build "$1/product.slnf"
    dotnet_build "$1/functions" -p:HostingModel=custom
    [[ $native == no ]] || "$1/publish.sh"
}

# The analyzers change nothing of what is built.
dotnet_build() {
    dotnet build "$@" -c Release -v quiet -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false -p:RunAnalyzers=false -p:ContinuousIntegrationBuild=true
}

compare() {
    local folder folders=(startup/bin gateway/bin sidecar/bin functions/bin emulator/bin cli/bin)
    [[ $native == no ]] || folders+=(artifacts)
    local different=no
    for folder in "${folders[@]}"; do
        diff -r "$1/$folder" "$2/$folder" || different=yes
    done
    [[ $different == no ]] || fail "the files above differ"
    printf '%s files are the same, %s of them our own\n' \
        "$(cd "$1" && find "${folders[@]}" -type f | wc -l)" "$(cd "$1" && find "${folders[@]}" -type f -iname '*dragoman*' | wc -l)"
}

fail() {
    echo "reproduce.sh: $1" >&2
    exit 1
}

main "$@"
