#!/usr/bin/env bash
# What:    JsonSchema.Net, a validator of JSON Schema for .NET.
# Version: 8.0.5, with .NET 10.0.12, seen on 2026-11-30.
# What is seen, of valid schemas and values:
#          - `unevaluatedProperties` does not know a name with `/` or `~` again that `properties` has evaluated, so a right
#            value is wrong; a schema of `dependentSchemas` for such a name is not applied, so a wrong value is right.
#          - `minLength` and `maxLength` count grapheme clusters; the specification (validation, 6.3) counts code points.
#          - `$schema` counts only if it is the first member: behind `items` of draft 7 the schema cannot be read.
#          - `const` and `uniqueItems` throw FormatException at numbers that no decimal holds.
#          - `integer` takes a number whose digits behind the point no decimal holds.
# Why it matters: as a judge of other validators it is to be believed only beside these; names of JSON members with `/` are
#          common where members are paths or URLs.
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
  <ItemGroup><PackageReference Include="JsonSchema.Net" Version="[8.0.5]" /></ItemGroup>
</Project>
PROJECT
cat >Program.cs <<'PROGRAM'
using System.Diagnostics;
using System.Text.Json;
using Json.Schema;

Console.WriteLine($"JsonSchema.Net {FileVersionInfo.GetVersionInfo(typeof(JsonSchema).Assembly.Location).FileVersion}, .NET {Environment.Version}");
const string draft7 = "\"$schema\":\"http://json-schema.org/draft-07/schema#\"";
(string Schema, string Value, string Expected, string Seen)[] cases =
[
    ("""{"properties":{"a/b":{}},"unevaluatedProperties":false}""", """{"a/b":1}""", "right", "wrong"),
    ("""{"properties":{"ab":{}},"unevaluatedProperties":false}""", """{"ab":1}""", "right", "right"),
    ("""{"dependentSchemas":{"a/b":{"maxProperties":0}}}""", """{"a/b":1}""", "wrong", "right"),
    ("""{"dependentSchemas":{"ab":{"maxProperties":0}}}""", """{"ab":1}""", "wrong", "wrong"),
    ("""{"minLength":2}""", "\"e\\u0301\"", "right", "wrong"),
    ("{\"items\":[{\"type\":\"string\"}]," + draft7 + "}", "[1]", "wrong", "JsonSchemaException"),
    ("{" + draft7 + ",\"items\":[{\"type\":\"string\"}]}", "[1]", "wrong", "wrong"),
    ("""{"const":1e400}""", "10e399", "right", "FormatException"),
    ("""{"uniqueItems":true}""", "[1e400,10e399]", "wrong", "FormatException"),
    ("""{"type":"integer"}""", "12345678901234567890123456789012345.5", "wrong", "right"),
];
var isAsSeen = true;
foreach (var (schema, value, expected, known) in cases)
{
    string seen;
    try
    {
        var parsed = JsonSchema.FromText(schema, new BuildOptions { Dialect = Dialect.Draft202012, SchemaRegistry = new() });
        seen = parsed.Evaluate(JsonElement.Parse(value), new EvaluationOptions { OutputFormat = OutputFormat.Flag }).IsValid ? "right" : "wrong";
    }
    catch (Exception failure)
    {
        seen = failure.GetType().Name;
    }

    Console.WriteLine($"{schema}  {value}  expected {expected}, seen {seen}");
    isAsSeen &= seen == known;
}

return isAsSeen ? 0 : 1;
PROGRAM
dotnet run -c Release || {
    echo "no longer as it was seen" >&2
    exit 1
}
