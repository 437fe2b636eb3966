#!/usr/bin/env bash
# Asks the package indexes which packages of this repository have known vulnerabilities, and prints each with its advisory.
#
#   ./audit.sh                         asks the package sources and the npm registry that are set up here
#   AUDIT_SOURCES='URL...' ./audit.sh  asks other NuGet sources
#
# It exits with 1 if what is published has one, and with 3 if no NuGet source can tell. What only tests and measurements use is
# printed, but it is no failure.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# An index that answers slowly must not hold up those who wait for the result.
seconds=120
scratch=

main() {
    [[ $# == 0 ]] || { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 2; }
    export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/dragoman-audit.XXXXXXXX")
    trap 'rm -rf "$scratch"' EXIT
    local folder code=0
    for folder in tests/clients tests/stores bench/peers/portkey; do
        audit_npm "$folder"
    done
    audit_nuget || code=$?
    exit "$code"
}

audit_nuget() {
    write_configuration
    timeout "$seconds" dotnet restore "$root/Serverless.sln" --force --configfile "$scratch/nuget.config" -v quiet \
        -p:NuGetAudit=true -p:NuGetAuditMode=all -p:NuGetAuditLevel=low -p:TreatWarningsAsErrors=false >"$scratch/nuget.log" 2>&1 || true
    # NU1900: a source did not answer. NU1905: it knows no vulnerabilities.
    if ! grep -q . "$scratch/sources" || grep -qE 'error|NU1900|NU1905' "$scratch/nuget.log"; then
        echo "NuGet: skipped, because no package source tells about vulnerabilities"
        return 3
    fi
    vulnerabilities -v >"$scratch/product"
    vulnerabilities | grep -vxFf "$scratch/product" | sed 's/^/NuGet, only in tests: /' || true
    if [[ -s $scratch/product ]]; then
        sed 's/^/NuGet, in the product: /' "$scratch/product"
        return 1
    fi
    echo "NuGet: what is published has no package with a known vulnerability"
}

# The same sources as elsewhere, but a source that cannot tell is reported.
write_configuration() {
    if [[ -n ${AUDIT_SOURCES:-} ]]; then tr ' ' '\n' <<<"$AUDIT_SOURCES"; else dotnet nuget list source --format short | sed -n 's/^E \(http.*\)/\1/p'; fi >"$scratch/sources"
    {
        echo '<configuration>'
        list_sources packageSources
        list_sources auditSources
        echo '</configuration>'
    } >"$scratch/nuget.config"
}

list_sources() {
    local number=0 url
    echo "  <$1><clear />"
    while read -r url; do
        ((number += 1))
        echo "    <add key=\"$number\" value=\"$url\" />"
    done <"$scratch/sources"
    echo "  </$1>"
}

# Prints each vulnerable package of tests and measurements once, with its advisory; with -v those of the other projects.
vulnerabilities() {
    grep -E 'NU190[1-4]' "$scratch/nuget.log" | grep -E "$@" '/(tests|bench)/' | sed 's/.*warning NU190[1-4]: //; s/ \[.*//' | sort -u || true
}

audit_npm() {
    command -v npm >/dev/null || { echo "npm: $1 skipped, because npm is not installed"; return; }
    local found
    found=$(timeout "$seconds" npm --prefix "$root/$1" audit --package-lock-only 2>&1 | grep -E '[0-9] .*vulnerabilit' || true)
    if [[ -n $found ]]; then
        printf 'npm: %s: %s\n' "$1" "$found"
    else
        echo "npm: $1 skipped, because the registry tells nothing about vulnerabilities"
    fi
}

main "$@"
