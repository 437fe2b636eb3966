#!/usr/bin/env bash
# What:    Azure.Security.KeyVault.Secrets 4.12.0, reading a secret that is disabled, and one that the identity may not read.
# Version: 4.12.0 with Azure.Core 1.64.0 on .NET 10.0.12 (SDK 10.0.401), seen on 2026-11-30.
# What is seen: the vault answers both with 403 and the code Forbidden, and tells them apart in innererror.code (SecretDisabled,
#          ForbiddenByRbac). RequestFailedException has ErrorCode Forbidden for both, and no property with the inner code. It is only in
#          the content of the raw response.
# Why it matters: one is mended by enabling the secret, the other by a role. A program that looks at Status and ErrorCode gives the
#          wrong advice to whoever is called at night, and cannot fall back to another version for disabled ones alone.
#
# Needs the .NET 10 SDK. The vault's answers come from a handler in the process. Prints version, expectation and what was seen; fails
# when that changes.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
cat >finding.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup>
  <ItemGroup><PackageReference Include="Azure.Security.KeyVault.Secrets" Version="4.12.0" /></ItemGroup>
</Project>
PROJECT
cat >Program.cs <<'PROGRAM'
using System.Net;
using System.Text;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;

Console.WriteLine($"Azure.Security.KeyVault.Secrets {typeof(SecretClient).Assembly.GetName().Version}");
var seen = new List<string>();
foreach (var (inner, message) in new[] { ("SecretDisabled", "Operation get is not allowed on a disabled secret."), ("ForbiddenByRbac", "Caller is not authorized to perform action on resource.") })
{
    var options = new SecretClientOptions { Transport = new HttpClientTransport(new Vault(inner, message)) };
    options.Retry.MaxRetries = 0;
    var client = new SecretClient(new Uri("https://name.vault.azure.net"), DelegatedTokenCredential.Create((_, _) => new AccessToken("token", DateTimeOffset.MaxValue)), options);
    try
    {
        await client.GetSecretAsync("key");
    }
    catch (RequestFailedException error)
    {
        var properties = typeof(RequestFailedException).GetProperties().Select(property => (property.Name, Value: $"{property.GetValue(error)}"));
        var holder = string.Join(", ", properties.Where(each => each.Name is not "Message" && each.Value.Contains(inner, StringComparison.Ordinal)).Select(each => each.Name));
        Console.WriteLine($"{inner}: status {error.Status}, ErrorCode {error.ErrorCode}, properties with the inner code: {(holder.Length == 0 ? "none" : holder)}, in the raw content: {error.GetRawResponse()!.Content.ToString().Contains(inner, StringComparison.Ordinal)}");
        seen.Add($"{error.Status} {error.ErrorCode} {holder}");
    }
}

Console.WriteLine("expected: a property that tells a disabled secret from a forbidden one");
return seen.SequenceEqual(["403 Forbidden ", "403 Forbidden "]) ? 0 : 1;

/// <summary>Answers as the vault does: first with a challenge, then with a refusal.</summary>
sealed class Vault(string inner, string message) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        var isKnown = request.Headers.Authorization is not null;
        var answer = new HttpResponseMessage(isKnown ? HttpStatusCode.Forbidden : HttpStatusCode.Unauthorized)
        {
            RequestMessage = request,
            Content = new StringContent(isKnown ? """{"error":{"code":"Forbidden","message":"MESSAGE","innererror":{"code":"INNER"}}}""".Replace("MESSAGE", message, StringComparison.Ordinal).Replace("INNER", inner, StringComparison.Ordinal) : """{"error":{"code":"Unauthorized","message":"AKV10000: Request is missing a Bearer or PoP token."}}""", Encoding.UTF8, "application/json"),
        };
        if (!isKnown)
            answer.Headers.TryAddWithoutValidation("WWW-Authenticate", "Bearer authorization=\"https://login.microsoftonline.com/tenant\", resource=\"https://vault.azure.net\"");
        return Task.FromResult(answer);
    }
}
PROGRAM
if dotnet run -v quiet; then
    echo "as seen before"
else
    echo "this has changed" >&2
    exit 1
fi
