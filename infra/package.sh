#!/usr/bin/env bash
# Packs what is deployed, for the kind of processor that this machine has:
#
#   infra/package.sh [TARGET]            publishes everything and packs it
#   infra/package.sh --reuse [TARGET]    packs the native executables that ./publish.sh has left in artifacts/
#
# TARGET (artifacts/packages by default) is emptied, and gets:
#
#   functions-isolated.zip    the function app as .NET isolated worker, without the runtime, compiled ahead of time (ReadyToRun)
#   functions-custom.zip      the function app as custom handler, one native executable
#   images/NAME/              the build context of each image, with its Dockerfile: docker build TARGET/images/sidecar
#
# The same sources make the same files, byte by byte.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# MB. The isolated worker is loaded from the storage account at each cold start.
most_isolated=15
most_custom=25
# Zip has no time before 1980, and none that depends on the day of the build is the same tomorrow.
file_time='2000-01-01 00:00:00'
scratch=

main() {
    local reuse=no
    if [[ ${1:-} == --reuse ]]; then
        reuse=yes
        shift
    fi
    [[ $# -le 1 && ${1:-} != -* ]] || usage
    local target
    target=$(realpath -m "${1:-$root/artifacts/packages}")
    local sources
    sources=$(realpath "$root")
    # It is emptied.
    if [[ $sources/ == "${target%/}"/* || ( $target/ == "$sources"/* && $target/ != "$sources"/artifacts/packages/* ) ]]; then
        fail "$target belongs to Dragoman's sources, and TARGET is emptied; allowed: artifacts/packages, or a folder outside"
    fi
    command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing; install it and try again: https://dot.net/download"
    install_zip
    export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/dragoman-package.XXXXXXXX")
    trap 'rm -rf "$scratch"' EXIT

    [[ $reuse == yes ]] || "$root/publish.sh" sidecar functions cli
    local name
    for name in sidecar/dragoman-sidecar functions/dragoman-functions cli/dragoman; do
        [[ -x $root/artifacts/$name ]] || fail "artifacts/$name is missing: run ./publish.sh, or infra/package.sh without --reuse"
    done
    publish_isolated "$scratch/isolated"

    rm -rf "$target"
    mkdir -p "$target/images"
    pack "$scratch/isolated" "$target/functions-isolated.zip" $most_isolated
    cp -R "$root/artifacts/functions" "$scratch/custom"
    pack "$scratch/custom" "$target/functions-custom.zip" $most_custom

    image front "$root"/nginx/*.conf "$root"/nginx/*.js "$root/nginx/render.sh"
    image sidecar "$root"/artifacts/sidecar/{dragoman-sidecar,libe_sqlite3.so}
    image functions "$root"/artifacts/functions/{dragoman-functions,libe_sqlite3.so}
    image cli "$root"/artifacts/cli/{dragoman,libe_sqlite3.so}
    # Becomes the owner of a volume that is mounted there.
    mkdir "$target"/images/{sidecar,functions}/data
}

usage() {
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
    exit 2
}

install_zip() {
    if command -v zip >/dev/null; then return; fi
    if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
        fail "zip is missing; install it and try again: sudo apt-get install --no-install-recommends zip"
    fi
    echo "installing zip" >&2
    {
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends zip
    } >&2
}

# Without the compiler for ReadyToRun this fails, because an app that is compiled while it starts is several times slower.
publish_isolated() {
    echo "publishing the isolated worker" >&2
    dotnet publish "$root/functions" -c Release -r "$(runtime)" -o "$1" \
        -v quiet -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=false -p:RunAnalyzers=false -p:ContinuousIntegrationBuild=true >&2 ||
        fail "the isolated worker could not be published. If the lines above name Microsoft.NETCore.App.Crossgen2, the package source lacks the compiler for ReadyToRun"
}

runtime() {
    case $(uname -m) in
        x86_64) echo linux-x64 ;;
        aarch64) echo linux-arm64 ;;
        *) fail "there is no native compiler for $(uname -m); allowed: x86_64, aarch64" ;;
    esac
}

# The Functions host runs as a user of its own: everybody may read, and run what is a program.
pack() {
    local folder=$1 file=$2 most=$3
    make_alike "$folder"
    (cd "$folder" && find . -type f -printf '%P\n' | LC_ALL=C sort | TZ=UTC zip -q -9 -X -D -@ "$file")
    local bytes
    bytes=$(stat -c %s "$file")
    ((bytes < most * 1000000)) || fail "$(basename "$file") has $bytes bytes; allowed are less than $most MB"
    echo "$file: $(awk "BEGIN { printf \"%.1f\", $bytes / 1000000 }") MB"
}

image() {
    local name=$1 folder=$target/images/$1
    shift
    mkdir "$folder"
    cp "$@" "$root/infra/containers/$name"/* "$folder"
    make_alike "$folder"
    echo "$folder: $(du -sm --apparent-size "$folder" | cut -f1) MB"
}

make_alike() {
    chmod -R u=rwX,go=rX "$1"
    find "$1" -exec env TZ=UTC touch -d "$file_time" {} +
}

fail() {
    echo "package.sh: $1" >&2
    exit 1
}

main "$@"
