using System.CommandLine;
using Dragoman.Administration;

namespace Dragoman.Cli.Commands;

/// <summary>Conditions of a change.</summary>
internal sealed class ChangeOptions
{
    private readonly Option<string> match = new("--if-match")
    {
        HelpName = "ETAG",
        Description = "Changes only this version, whose ETag show --etag has printed.",
    };

    private readonly Option<string> key = new("--idempotency-key")
    {
        HelpName = "KEY",
        Description = "Makes it safe to repeat the command: a second one with the same key changes nothing.",
    };

    /// <param name="command">Receives the options.</param>
    /// <param name="changesPresent">Whether something is changed that is there already.</param>
    public ChangeOptions(Command command, bool changesPresent)
    {
        if (changesPresent)
            command.Add(match);
        command.Add(key);
    }

    public AdminCall Apply(ParseResult parse, AdminCall call) => call with
    {
        IfMatch = parse.GetResult(match) is null ? null : WithQuotes(parse.GetValue(match)!),
        IdempotencyKey = parse.GetResult(key) is null ? null : parse.GetValue(key),
    };

    /// <summary>The quotes of an ETag get lost in a shell.</summary>
    private static string WithQuotes(string etag) => etag.Length > 0 && etag.All(char.IsAsciiDigit) ? $"\"{etag}\"" : etag;
}
