using System.CommandLine;

namespace Dragoman.Cli.Fields;

/// <summary>How long a key lives after its rotation.</summary>
internal sealed class KeepOldField : Field
{
    private readonly Option<string> option = new("--keep-old")
    {
        HelpName = "DURATION",
        Description = "How long the old key stays valid: 45m, 24h or 7d. Without it the old key ends at once.",
    };

    public KeepOldField()
        : base("keep-old", "keepOldSeconds")
    {
    }

    public override IReadOnlyList<Option> Options => [option];

    public override void Write(ParseResult parse, RequestBody body)
    {
        if (parse.GetValue(option) is not { } text)
            return;
        if (!Duration.TryRead(text, out var seconds))
            throw CliFailure.Usage($"{Quoted(option, text)}: must be a duration such as 45m, 24h or 7d");
        body.Set(Quoted(option, text), seconds, Path);
    }
}
