#!/usr/bin/env bash
# Writes the pages, and the parts of pages, that are made from the code: the members of docs/configuration.md from
# docs/gateway.schema.json, the commands of docs/cli.md from the command line itself, and docs/translation.md from the tables
# in gateway/Dialects. The tests that write them compare them in every other run.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DRAGOMAN_WRITE_DOCS=1

write() {
    # Only what the pages say is wanted, so the code is not analyzed.
    dotnet build "tests/$1" -c Release -v quiet -clp:NoSummary -p:RunAnalyzers=false
    dotnet test "tests/$1" -c Release --no-build --filter "$2"
}

write Gateway.Tests 'FullyQualifiedName~The_page_lists_what_the_schema_says|FullyQualifiedName~TranslationDocument'
write Cli.Tests 'FullyQualifiedName~The_documentation_says_what_the_commands_say'
