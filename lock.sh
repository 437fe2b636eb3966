#!/usr/bin/env bash
# Writes the lock files of all NuGet packages (docs/developers/supply.md). Run it after a change of Directory.Packages.props, of a
# project's packages, or of NativeRuntimeVersion, and commit what it changes.
#
#   ./lock.sh            writes the files
#   ./lock.sh --check    changes nothing, and fails if a file is not up to date
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
runtimes=(linux-x64 linux-arm64)
way=--force-evaluate

main() {
    case "$*" in
        "") ;;
        --check) way=--locked-mode ;;
        *) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 2 ;;
    esac
    command -v dotnet >/dev/null || { echo "lock.sh: the .NET 10 SDK is missing; install it and try again: https://dot.net/download" >&2; exit 1; }
    local runtime name
    for runtime in "${runtimes[@]}"; do
        for name in sidecar functions emulator cli; do
            restore "$name" -p:RuntimeIdentifier="$runtime" -p:_IsPublishing=true -p:HostingModel=custom
        done
        restore functions -p:RuntimeIdentifier="$runtime" -p:_IsPublishing=true
    done
    restore functions -p:HostingModel=custom
    # Last, because a restore replaces what the one before has left for the next build.
    restore Serverless.sln
}

restore() {
    echo "dotnet restore $*"
    dotnet restore "$@" "$way" -v quiet
}

main "$@"
