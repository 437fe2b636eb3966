#!/usr/bin/env bash
# What:    OpenTelemetry.Exporter.OpenTelemetryProtocol in a web application of WebApplication.CreateEmptyBuilder, which the native
#          AOT templates and small services use, configured by OTEL_EXPORTER_OTLP_ENDPOINT as its documentation says.
# Version: OpenTelemetry.Exporter.OpenTelemetryProtocol and OpenTelemetry.Extensions.Hosting 1.20.1 on .NET 10, seen on 2026-12-01.
# What is seen: the exporter sends to its default, localhost:4317, and not to the address in the variable; no error, no warning. In an
#          application of CreateSlimBuilder, or after Configuration.AddEnvironmentVariables(), it sends to the address.
# Why it matters: the exporter reads the variables from the IConfiguration of the host, not from the process. A host without
#          variables in its configuration has no telemetry, and nothing says so.
#
# Needs the .NET 10 SDK. Prints versions, expectation and what was seen; fails when that changes.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
cat >finding.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup>
  <ItemGroup>
    <PackageReference Include="OpenTelemetry.Exporter.OpenTelemetryProtocol" Version="1.20.1" />
    <PackageReference Include="OpenTelemetry.Extensions.Hosting" Version="1.20.1" />
  </ItemGroup>
</Project>
PROJECT
cat >Program.cs <<'PROGRAM'
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;

Console.WriteLine($"OpenTelemetry.Exporter.OpenTelemetryProtocol {typeof(OtlpExporterOptions).Assembly.GetName().Version} on .NET {Environment.Version}");
using var source = new ActivitySource("finding");
var seen = new List<bool>();
foreach (var (name, builder) in new (string, Func<WebApplicationBuilder>)[]
{
    ("CreateEmptyBuilder", () => WebApplication.CreateEmptyBuilder(new())),
    ("CreateEmptyBuilder and AddEnvironmentVariables", () =>
    {
        var empty = WebApplication.CreateEmptyBuilder(new());
        empty.Configuration.AddEnvironmentVariables();
        return empty;
    }),
    ("CreateSlimBuilder", () => WebApplication.CreateSlimBuilder()),
})
{
    var collector = new TcpListener(IPAddress.Loopback, 0);
    collector.Start();
    Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://{collector.LocalEndpoint}");
    Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
    var made = builder();
    made.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
    Uri? endpoint = null;
    made.Services.AddOpenTelemetry().WithTracing(traces => traces.AddSource("finding").AddOtlpExporter(options => endpoint = options.Endpoint));
    await using var app = made.Build();
    await app.StartAsync();
    source.StartActivity("span")?.Dispose();
    app.Services.GetRequiredService<TracerProvider>().ForceFlush(2000);
    var isAsked = collector.Pending();
    Console.WriteLine($"{name}: the exporter's address is {(endpoint!.Port == ((IPEndPoint)collector.LocalEndpoint).Port ? "that of the variable" : endpoint)}, the collector was {(isAsked ? "" : "not ")}asked");
    seen.Add(isAsked);
    collector.Stop();
    await app.StopAsync();
}

Console.WriteLine("expected: the collector in the variable is asked by each of them");
return seen.SequenceEqual([false, true, true]) ? 0 : 1;
PROGRAM
if dotnet run -v quiet; then
    echo "as seen before"
else
    echo "this has changed" >&2
    exit 1
fi
