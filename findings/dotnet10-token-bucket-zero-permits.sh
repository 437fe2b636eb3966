#!/usr/bin/env bash
# What:    System.Threading.RateLimiting's TokenBucketRateLimiter, as part of .NET 10.
# Version: .NET 10.0.12 (SDK 10.0.401), seen on 2026-11-30.
# What is seen: AttemptAcquire(0), which is documented as the way to ask whether permits are left, succeeds when the bucket has a
#          part of a permit. AttemptAcquire(1) fails at the same moment, and GetStatistics says that 0 permits are available.
#          PartitionedRateLimiter, which replenishes its buckets ten times a second, shows it all the time.
# Why it matters: code that asks with 0 permits before it does something costly, and takes a permit only afterwards, lets more
#          through than the bucket allows. GetStatistics has the whole number.
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
  <ItemGroup><FrameworkReference Include="Microsoft.AspNetCore.App" /></ItemGroup>
</Project>
PROJECT
cat >Program.cs <<'PROGRAM'
using System.Threading.RateLimiting;

Console.WriteLine($".NET {Environment.Version}, System.Threading.RateLimiting {typeof(RateLimiter).Assembly.GetName().Version}");
using var bucket = new TokenBucketRateLimiter(new() { TokenLimit = 1, TokensPerPeriod = 1, ReplenishmentPeriod = TimeSpan.FromMinutes(1), AutoReplenishment = false });
Console.WriteLine($"full bucket: 0 permits {Try(0)}, 1 permit {Try(1)}");
var empty = Try(0);
Console.WriteLine($"empty bucket: 0 permits {empty}, 1 permit {Try(1)}");
await Task.Delay(200);
bucket.TryReplenish();
var (zero, one, left) = (Try(0), Try(1), bucket.GetStatistics()!.CurrentAvailablePermits);
Console.WriteLine($"after 0.2 s of the 60 s that a permit takes: 0 permits {zero}, 1 permit {one}, statistics {left}");
Console.WriteLine("expected by the documentation: 0 permits False, because none is left");
return !empty && zero && !one && left == 0 ? 0 : 1;

bool Try(int permits)
{
    using var lease = bucket.AttemptAcquire(permits);
    return lease.IsAcquired;
}
PROGRAM
if dotnet run -v quiet; then
    echo "as seen before"
else
    echo "this has changed" >&2
    exit 1
fi
