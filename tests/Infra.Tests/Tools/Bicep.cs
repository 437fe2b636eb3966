using System.Reflection;
using System.Runtime.InteropServices;

namespace Dragoman.Infra.Tests.Tools;

/// <summary>The Bicep compiler of the package <c>Azure.Bicep.CommandLine.linux-x64</c>.</summary>
internal static class Bicep
{
    /// <summary>The subscription of all snapshots; it does not exist.</summary>
    public const string Subscription = "00000000-0000-0000-0000-000000000000";

    /// <summary>The resource group of all snapshots.</summary>
    public const string ResourceGroup = "dragoman";

    /// <summary>The region of all snapshots.</summary>
    public const string Region = "westeurope";

    private static readonly string Executable =
        typeof(Bicep).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "Bicep").Value!;

    private static readonly KeyValuePair<string, string>[] Environment =
    [
        // Without it the compiler ends at once where there is no ICU.
        new("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"),
        // The parameter files read these, and somebody who deploys has them in his environment.
        new("DEPLOY_STAGE", "all"), new("BUDGET_START", "2026-12-01"),
    ];

    /// <summary>Why the compiler cannot run here; null if it can.</summary>
    public static string? Missing =>
        !OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64 ? "the package has a Bicep compiler for Linux on x86-64 only"
        : !File.Exists(Executable) ? $"the Bicep compiler is not at {Executable}: restore tests/Infra.Tests"
        : null;

    public static Task<CommandResult> RunAsync(string folder, params IEnumerable<string> arguments) =>
        Command.RunAsync(Executable, arguments, folder, Environment);

    /// <summary>The arguments of <c>bicep snapshot</c> that make the same snapshot everywhere.</summary>
    public static IEnumerable<string> SnapshotArguments(string size, string mode) =>
    [
        "snapshot", $"{size}.bicepparam", "--mode", mode, "--subscription-id", Subscription, "--resource-group", ResourceGroup,
        "--location", Region,
    ];
}
