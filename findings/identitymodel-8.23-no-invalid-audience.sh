#!/usr/bin/env bash
# What:    Microsoft.IdentityModel.JsonWebTokens 8.23.0, ValidateTokenAsync with a token for another audience.
# Version: 8.23.0 on .NET 10.0.12 (SDK 10.0.401), seen on 2026-11-30.
# What is seen: SecurityTokenInvalidAudienceException.InvalidAudience, which is documented as the audience that was not valid, is null if
#          the token has one or several audiences, and the text "empty" if it has none. LogValidationExceptions makes no difference.
# Why it matters: a log line or a message that is built from the property says nothing about a token for another service, and names an
#          audience "empty" that is not in the token. The audiences must be read from the token itself.
#
# Needs the .NET 10 SDK. Prints version, expectation and what was seen; fails when that changes.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
cat >finding.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup>
  <ItemGroup><PackageReference Include="Microsoft.IdentityModel.JsonWebTokens" Version="8.23.0" /></ItemGroup>
</Project>
PROJECT
cat >Program.cs <<'PROGRAM'
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

Console.WriteLine($"Microsoft.IdentityModel.JsonWebTokens {typeof(JsonWebTokenHandler).Assembly.GetName().Version}, expected audience: ours");
var key = new SymmetricSecurityKey(Enumerable.Range(0, 32).Select(number => (byte)number).ToArray());
var handler = new JsonWebTokenHandler();
var seen = new List<string?>();
foreach (var audience in new object?[] { "theirs", new[] { "theirs", "others" }, null })
{
    foreach (var log in new[] { true, false })
    {
        var claims = new Dictionary<string, object> { ["iss"] = "issuer" };
        if (audience is not null)
            claims["aud"] = audience;
        var token = handler.CreateToken(new SecurityTokenDescriptor { Claims = claims, SigningCredentials = new(key, "HS256") });
        var rules = new TokenValidationParameters { ValidIssuer = "issuer", ValidAudience = "ours", IssuerSigningKey = key, LogValidationExceptions = log };
        var result = await handler.ValidateTokenAsync(token, rules);
        var error = (SecurityTokenInvalidAudienceException)result.Exception;
        seen.Add(error.InvalidAudience);
        var inToken = audience is string[] several ? string.Join(" and ", several) : audience ?? "none";
        Console.WriteLine($"audience in the token: {inToken}; LogValidationExceptions {log}; InvalidAudience: {error.InvalidAudience ?? "null"}");
    }
}

Console.WriteLine("expected by the documentation: the audiences of the token");
return seen.SequenceEqual([null, null, null, null, "empty", "empty"]) ? 0 : 1;
PROGRAM
if dotnet run -v quiet; then
    echo "as seen before"
else
    echo "this has changed" >&2
    exit 1
fi
