#!/usr/bin/env bash
# What:    the source generator of log messages ([LoggerMessage], Microsoft.Extensions.Logging.Abstractions), building the same files
#          again in the same folder.
# Version: .NET SDK 10.0.401, Microsoft.Extensions.Logging.Abstractions 10.0.12, seen on 2026-12-01.
# What is seen: it writes the classes in another order from build to build. The code in the library is the same, but the symbols
#          hold the generated text, the library holds the hash of its symbols, and so no two builds have the same bytes.
# Why it matters: "Deterministic" is on by default, and a program without such messages is built the same twice. A gateway that wants
#          to prove what it ships finds its hashes changed by chance. Without symbols (DebugType none) the bytes are the same.
#
# Needs the .NET 10 SDK. Prints version, expectation and what was seen; fails when that changes.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
builds=5
cat >finding.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <EmitCompilerGeneratedFiles>true</EmitCompilerGeneratedFiles>
    <CompilerGeneratedFilesOutputPath>generated</CompilerGeneratedFilesOutputPath>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.Extensions.Logging.Abstractions" Version="10.0.12" />
    <Compile Remove="generated/**" />
  </ItemGroup>
</Project>
PROJECT
for number in {1..12}; do
    cat >"Class$number.cs" <<SOURCE
using Microsoft.Extensions.Logging;

public static partial class Class$number
{
    [LoggerMessage($number, LogLevel.Information, "message {Name}")]
    public static partial void Log(ILogger logger, string name);
}
SOURCE
done
echo "SDK $(dotnet --version)"
build() {
    dotnet build finding.csproj -v quiet -clp:NoSummary --no-incremental -nodeReuse:false -p:UseSharedCompilation=false "$@" >/dev/null
    sha256sum <bin/Debug/net10.0/finding.dll
}
for ((run = 0; run < builds; run++)); do
    build >>with-symbols
    find generated -name 'LoggerMessage.g.cs' -exec grep -o 'partial class Class[0-9]*' {} + | grep -o '[0-9]*$' | tr '\n' ' '
    echo
    build -p:DebugType=none >>without
done
with=$(sort -u with-symbols | wc -l) without=$(sort -u without | wc -l)
echo "expected: $builds builds with the same bytes; seen: $with different libraries with symbols, $without without"
if ((with > 1 && without == 1)); then
    echo "as seen before"
else
    echo "this has changed" >&2
    exit 1
fi
