#!/usr/bin/env bash
# Writes the bill of materials of what is published: every package in sidecar, functions, emulator and cli, with its version,
# hash and license, as CycloneDX 1.6. What is needed only to build has the scope "excluded". The .NET runtime within the native
# executables is that of the native compiler, Microsoft.DotNet.ILCompiler.
#
#   ./sbom.sh         writes artifacts/sbom.json
#   ./sbom.sh FILE    writes another file
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=

main() {
    [[ $# -le 1 && ${1:-} != -* ]] || { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 2; }
    local target=${1:-$root/artifacts/sbom.json}
    command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing; install it and try again: https://dot.net/download"
    export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/dragoman-sbom.XXXXXXXX")
    trap 'rm -rf "$scratch"' EXIT
    (cd "$root" && dotnet tool restore >"$scratch/tools.log" 2>&1) || { cat "$scratch/tools.log" >&2; fail "the tool CycloneDX could not be restored"; }
    write
    has_every_package
    mkdir -p "$(dirname "$target")"
    cp "$scratch/sbom.json" "$target"
    echo "$target: $(grep -c '"purl": "pkg:nuget/' "$scratch/sbom.json") packages"
}

# What a package needs depends on the kind of processor, so the tool reads what a publish for this one would restore.
write() {
    local name
    for name in sidecar functions emulator cli; do
        dotnet restore "$root/$name" -p:RuntimeIdentifier="$(runtime)" -p:_IsPublishing=true -p:RestoreLockedMode=true -v quiet
    done
    local projects='"functions/Functions.csproj", "sidecar/Sidecar.csproj", "emulator/Emulator.csproj", "cli/Cli.csproj"'
    printf '{ "solution": { "path": "%s/Serverless.sln", "projects": [ %s ] } }\n' "$root" "$projects" >"$scratch/product.slnf"
    (cd "$root" && dotnet tool run dotnet-CycloneDX "$scratch/product.slnf" --disable-package-restore --output "$scratch" --filename sbom.json \
        --output-format Json --spec-version 1.6 --set-name dragoman --set-type Application --set-version "$(version)" --no-serial-number) >"$scratch/sbom.log" 2>&1 ||
        { cat "$scratch/sbom.log" >&2; fail "CycloneDX failed"; }
}

runtime() {
    case $(uname -m) in
        x86_64) echo linux-x64 ;;
        aarch64) echo linux-arm64 ;;
        *) fail "there is no native compiler for $(uname -m); allowed: x86_64, aarch64" ;;
    esac
}

version() {
    sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' "$root/Directory.Build.props"
}

# What the lock files of the product name must be in the list: the tool must not lose a package silently.
has_every_package() {
    local file missing=()
    while read -r package; do
        grep -qiF "\"pkg:nuget/$package\"" "$scratch/sbom.json" || missing+=("$package")
    done < <(for file in "$root"/{startup,gateway,sidecar,functions,emulator,cli}/packages*"$(runtime)".lock.json; do locked_packages "$file"; done | sort -u)
    [[ ${#missing[@]} == 0 ]] || fail "the list lacks ${missing[*]}"
}

# Prints NAME@VERSION of each package in a lock file.
locked_packages() {
    awk -F'"' '/^      "/ { name = $2 } /^        "resolved"/ { print name "@" $4 }' "$1"
}

fail() {
    echo "sbom.sh: $1" >&2
    exit 1
}

main "$@"
