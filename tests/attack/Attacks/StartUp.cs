using System.Diagnostics;
using System.Text.RegularExpressions;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Attack.Attacks;

/// <summary>The result of starting a process.</summary>
/// <param name="ExitCode">The exit code. Null when the process listened.</param>
/// <param name="Log">The output until then.</param>
internal sealed partial record StartUp(int? ExitCode, string Log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Whether it reported a mistake properly: with exit code 2, in a few words, without a stack trace or the name of a resource.</summary>
    public bool TellsAMistake => ExitCode == 2 && Log.Length is > 10 and < 3000 && !Log.Contains("   at ", StringComparison.Ordinal)
        && !Log.Contains("Unhandled exception", StringComparison.Ordinal) && !ResourceKey().IsMatch(Log);

    public override string ToString() => $"{(ExitCode is null ? "it listens" : $"exit {ExitCode}")}: {Log}";

    /// <summary>Starts an executable, waits until it listens or ends, and stops it.</summary>
    public static async Task<StartUp> TryAsync(
        AttackContext context, string name, string? configuration, Dictionary<string, string?>? environment = null, IReadOnlyList<string>? arguments = null)
    {
        var directory = context.NewDirectory("start");
        var complete = new Dictionary<string, string?> { [DragomanProcess.PortVariable(name)] = "0" };
        if (configuration is not null)
        {
            complete["DRAGOMAN_CONFIG"] = Path.Combine(directory, "gateway.json");
            await File.WriteAllTextAsync(complete["DRAGOMAN_CONFIG"]!, configuration);
        }

        foreach (var (key, value) in environment ?? [])
            complete[key] = value;
        return await TryAsync(Repository.Executable(name), arguments ?? [], complete, directory);
    }

    public static async Task<StartUp> TryAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment, string directory)
    {
        await using var process = RunningProcess.Start(program, arguments, environment, directory);
        var waited = Stopwatch.StartNew();
        while (!process.HasExited && !Listening().IsMatch(process.Log))
        {
            if (waited.Elapsed > Patience)
                throw new TimeoutException($"{program} neither listened nor ended: {process.Log}");
            await Task.Delay(10);
        }

        return process.HasExited ? new StartUp(await process.ExitAsync(), process.Log) : new StartUp(null, process.Log);
    }

    [GeneratedRegex("listening on http://")]
    private static partial Regex Listening();

    /// <summary>Keys of the runtime's messages, which a build without the messages prints in their place.</summary>
    [GeneratedRegex(@"\b(IO_[A-Za-z]+|Arg_[A-Za-z]+|Argument_[A-Za-z]+|UnauthorizedAccess_[A-Za-z_]+|[A-Z][A-Za-z]+NotFound,|ExpectedStartOfValueNotFound|InvalidCharacter[A-Za-z]+,|Format_[A-Za-z]+|net_[a-z_]+|DuplicateProperties[A-Za-z]*)")]
    private static partial Regex ResourceKey();
}
