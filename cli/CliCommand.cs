using System.CommandLine;

namespace Dragoman.Cli;

/// <summary>A command with examples for its help.</summary>
internal sealed class CliCommand(string name, string description) : Command(name, description)
{
    /// <summary>Commands that can be copied.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>Paragraphs below the description.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
