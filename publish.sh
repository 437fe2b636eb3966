#!/usr/bin/env bash
# Publishes Dragoman's executables as native files, for the kind of processor that this machine has:
#
#   ./publish.sh              sidecar, functions, emulator and cli
#   ./publish.sh NAME...      some of them
#
# The result is artifacts/NAME/dragoman-NAME, and artifacts/cli/dragoman. artifacts/functions is a function app with a custom
# handler. An executable needs what ldd names, the C library and OpenSSL 3; for a SQLite store also libe_sqlite3.so, which is
# beside it. To reach others over https it also needs their root certificates (Debian's package ca-certificates). On x86 it needs
# a processor with AVX2; for an older one: IlcInstructionSet=x86-64-v2 ./publish.sh
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

main() {
    local names=("$@") name
    [[ $# -gt 0 ]] || names=(sidecar functions emulator cli)
    for name in "${names[@]}"; do
        [[ -f $root/$name/Program.cs && $name =~ ^(sidecar|functions|emulator|cli)$ ]] || usage
    done
    command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing; install it and try again: https://dot.net/download"
    install_linker
    export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
    for name in "${names[@]}"; do
        echo "publishing $name" >&2
        # An older publish may have left files that are not needed any more.
        rm -rf "$root/artifacts/$name"
        dotnet publish "$root/$name" -c Release -r "$(runtime)" -o "$root/artifacts/$name" -p:HostingModel=custom \
            -v quiet -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false -p:ContinuousIntegrationBuild=true -p:RunAnalyzers=false
    done
}

usage() {
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
    exit 2
}

runtime() {
    case $(uname -m) in
        x86_64) echo linux-x64 ;;
        aarch64) echo linux-arm64 ;;
        *) fail "there is no native compiler for $(uname -m); allowed: x86_64, aarch64" ;;
    esac
}

# The native compiler links with clang or gcc.
install_linker() {
    if can_link; then return; fi
    if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
        fail "a C linker or OpenSSL 3 is missing; install them and try again: sudo apt-get install --no-install-recommends gcc libc6-dev libssl3"
    fi
    echo "installing a C linker" >&2
    {
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends gcc libc6-dev libssl3
    } >&2
}

can_link() {
    local compiler
    compiler=$(command -v clang || command -v gcc) || return 1
    echo 'int main(void) { return 0; }' | "$compiler" -x c - -o /dev/null -l:libssl.so.3 -l:libcrypto.so.3 -lm 2>/dev/null
}

fail() {
    echo "publish.sh: $1" >&2
    exit 1
}

main "$@"
