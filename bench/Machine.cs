using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Dragoman.Bench.Processes;

namespace Dragoman.Bench;

/// <summary>The hardware and versions that the figures depend on, without names or paths of the machine.</summary>
internal sealed partial record Machine(string Processor, int Cores, double MemoryGibibytes, string Kernel, string Runtime, string Nginx, string? Peer, string Commit)
{
    /// <summary>The machine's description for file names.</summary>
    public string ShortName => NotAWord().Replace($"{Cores} cores {Processor}".ToLowerInvariant(), "-").Trim('-');

    public static Machine Describe(string repository)
    {
        var processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1] ?? RuntimeInformation.ProcessArchitecture.ToString();
        var memory = long.Parse(Digits().Match(File.ReadLines("/proc/meminfo").First()).Value, CultureInfo.InvariantCulture);
        return new Machine(
            Marks().Replace(processor, "").Trim(),
            Environment.ProcessorCount,
            memory / 1024.0 / 1024.0,
            // Without the suffix of the kernel's builder.
            KernelVersion().Match(File.ReadAllText("/proc/sys/kernel/osrelease")).Value,
            RuntimeInformation.FrameworkDescription,
            Run(Environment.GetEnvironmentVariable("BENCH_NGINX") ?? "nginx", "-v").Replace("nginx version: ", "", StringComparison.Ordinal),
            Portkey.Version(),
            Run("git", "-C", repository, "describe", "--always", "--dirty", "--abbrev=10"));
    }

    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        return output.Trim();
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotAWord();

    [GeneratedRegex(@"\((R|TM)\)")]
    private static partial Regex Marks();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();

    [GeneratedRegex(@"^[0-9]+(\.[0-9]+)*")]
    private static partial Regex KernelVersion();
}
