#!/usr/bin/env bash
# Changes the code in many small ways and counts which changes no test notices (docs/developers/mutation.md):
#
#   tests/mutation.sh [PART...]    access, accounting, ledger, limits, prices, readers, reload, schemas, secrets or tokens; all of
#                                  them if none is given
#   tests/mutation.sh PART -m '**/Name.cs' [OPTION...]    options of dotnet-stryker, here one file of a part
#   tests/mutation.sh list         names the parts
#
# A part is a file of tests/mutation. It says which code is changed and which tests run. A part takes minutes to hours, so no
# other script runs this one. Reports go to artifacts/mutation/PART. Only a copy of the tree is changed.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$root/artifacts/mutation
stryker_version=5.1.0

main() {
    case ${1:-} in
        -h | --help)
            sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
            exit
            ;;
        list)
            parts
            exit
            ;;
    esac
    command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing; install it and try again: https://dot.net/download"
    # The tests run for every change, so 5 percent of the generated cases are enough. Changed code needs no analyzers.
    export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DRAGOMAN_GENERATED_PERCENT=5 RunAnalyzers=false
    local chosen=() options=()
    while [[ $# -gt 0 && $1 != -* ]]; do
        [[ -f $root/tests/mutation/$1.json ]] || fail "there is no part $1; tests/mutation.sh list names them"
        chosen+=("$1")
        shift
    done
    options=("$@")
    [[ ${#chosen[@]} -gt 0 ]] || mapfile -t chosen < <(parts)
    install_stryker
    copy_tree
    local part
    for part in "${chosen[@]}"; do
        mutate "$part" "${options[@]}"
    done
}

parts() {
    local file
    for file in "$root"/tests/mutation/*.json; do
        basename "$file" .json
    done
}

install_stryker() {
    [[ -x $work/tools/dotnet-stryker ]] && return
    mkdir -p "$work"
    dotnet tool install dotnet-stryker --version "$stryker_version" --tool-path "$work/tools" >"$work/tool.log" 2>&1 \
        || fail "dotnet-stryker $stryker_version could not be installed; $work/tool.log says why"
}

# The tool puts changed assemblies beside the tests, and does not remove them when it is stopped. So it gets a copy of the tree.
copy_tree() {
    rm -rf "${work:?}/tree"
    mkdir -p "$work/tree"
    cd "$root"
    comm -z -23 <(git ls-files -z --cached --others --exclude-standard | sort -z) <(git ls-files -z --deleted | sort -z) \
        | tar -c --null -T - | tar -C "$work/tree" -x
}

mutate() {
    local part=$1 reports=$work/$1
    shift
    rm -rf "${reports:?}"
    # At low priority, with one test process for every two processors.
    local half=$((($(nproc) + 1) / 2))
    (cd "$work/tree/tests/Gateway.Tests" && nice -n 10 "$work/tools/dotnet-stryker" \
        --config-file "../mutation/$part.json" --project Gateway.csproj --configuration Release --concurrency "$half" \
        --skip-version-check --reporter json --reporter html --output "$reports" "$@") >"$work/$part.log" 2>&1 \
        || fail "$part: $(tail -n 3 "$work/$part.log"); all is in $work/$part.log"
    echo "$part: $(grep -o 'The final mutation score is .*' "$work/$part.log" | tail -n 1); report: $reports/reports/mutation-report.html"
}

fail() {
    echo "tests/mutation.sh: $1" >&2
    exit 1
}

main "$@"
