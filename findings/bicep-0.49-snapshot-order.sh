#!/usr/bin/env bash
# What:    `bicep snapshot --mode overwrite`, run again on the same files.
# Version: Bicep CLI 0.49.2 (NuGet Azure.Bicep.CommandLine.linux-x64), seen on 2026-12-01.
# What is seen: the members of "outputs" come in another order each time, so that the file differs although nothing was changed.
#          `--mode validate` does not mind: it accepts each of these files.
# Why it matters: a snapshot is made to be committed and reviewed. Whoever writes it anew gets a diff without a meaning, and whoever
#          compares the bytes, or a hash, in a pipeline gets a failure now and then.
#
# Needs the .NET SDK (only to download the package) on x86-64 Linux. Prints version, expectation and what was seen; fails when that changes.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
cat >get.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageDownload Include="Azure.Bicep.CommandLine.linux-x64" Version="[0.49.2]" /></ItemGroup>
</Project>
PROJECT
dotnet restore get.csproj -v quiet --packages packages
bicep=packages/azure.bicep.commandline.linux-x64/0.49.2/tools/bicep
chmod +x "$bicep"
"$bicep" --version

for number in 0 1 2 3 4 5 6 7; do echo "output name$number string = 'value'"; done >main.bicep
echo "using './main.bicep'" >main.bicepparam
runs=6
for ((run = 0; run < runs; run++)); do
    "$bicep" snapshot main.bicepparam --mode overwrite >/dev/null
    "$bicep" snapshot main.bicepparam --mode validate >/dev/null
    grep -o 'name[0-7]' main.snapshot.json | tr '\n' ' '
    echo
done | tee orders
sort orders | sed 's/ *$//' >sorted
echo "expected: $runs times the same order; seen: $(sort -u sorted | wc -l) orders, the same names in each: $(tr ' ' '\n' <sorted | sort -u | wc -l) names"
if (($(sort -u sorted | wc -l) > 1)); then
    echo "as seen before"
else
    echo "this has changed" >&2
    exit 1
fi
