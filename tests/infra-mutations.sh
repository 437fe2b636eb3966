#!/usr/bin/env bash
# Makes every mistake of tests/Infra.Tests/Mutations/MutationTable.cs in a copy of the templates, and prints which check catches it.
#
#   tests/infra-mutations.sh          all, which takes some minutes
#   tests/infra-mutations.sh TEXT     those whose file, size or change contains a text, such as events.bicep
#
# Needs terraform on PATH, and its providers or stand-ins for them (INFRA_CHECK).
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
INFRA_MUTATIONS=${1:-all} dotnet test tests/Infra.Tests -c Release --filter FullyQualifiedName~MutationTests --logger "console;verbosity=detailed"
