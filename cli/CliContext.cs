using Dragoman.Cli.Output;

namespace Dragoman.Cli;

/// <summary>What a run of the command line has around it. Tests replace all of it.</summary>
/// <param name="Environment">The variables.</param>
/// <param name="Terminal">Where it reads and writes.</param>
/// <param name="Clock">The source of all times and pauses.</param>
internal sealed record CliContext(IReadOnlyDictionary<string, string> Environment, Terminal Terminal, TimeProvider Clock)
{
    /// <summary>A variable; null when it is not set or empty.</summary>
    public string? Variable(string name) => Environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
}
