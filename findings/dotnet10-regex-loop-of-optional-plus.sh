#!/usr/bin/env bash
# What:    .NET's regular expressions, by the interpreter, compiled, and by the linear-time engine alike.
# Version: .NET 10.0.12 (SDK 10.0.401), seen on 2026-11-30.
# What is seen: a group of `x+` and nothing at all, repeated at least once, (?:a+|)+, does not match the empty text, nor
#          do (?:a+|){1,2} and ^(?:[0-9]+|)+$. Written (?:(?:a+)?)+, which says the same, it matches, as it does in
#          ECMAScript, where the first form matches as well. The loops are merged into one that asks for one `a`.
# Why it matters: an answer that fits its schema's `pattern` is called wrong.
#
# Needs the .NET 10 SDK. Prints version, expectation and what was seen; fails when that changes.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
cat >finding.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
</Project>
PROJECT
cat >Program.cs <<'PROGRAM'
using System.Text.RegularExpressions;

Console.WriteLine($".NET {Environment.Version}");
var isAsSeen = true;
foreach (var (pattern, seen) in new[] { ("(?:a+|)+", false), ("(?:a+|){1,2}", false), ("^(?:[0-9]+|)+$", false), ("(?:(?:a+)?)+", true), ("(?:a|)+", true), ("(?:a+|)*", true) })
{
    foreach (var options in new[] { RegexOptions.None, RegexOptions.Compiled, RegexOptions.NonBacktracking })
    {
        var matches = Regex.IsMatch("", pattern, options);
        Console.WriteLine($"{pattern,-16} {options,-16} matches \"\": {matches}, expected True");
        isAsSeen &= matches == seen;
    }
}

return isAsSeen ? 0 : 1;
PROGRAM
dotnet run -c Release || {
    echo "no longer as it was seen" >&2
    exit 1
}
