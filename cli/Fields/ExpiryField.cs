using System.CommandLine;

namespace Dragoman.Cli.Fields;

/// <summary>When a key expires: after a duration, at the end of a day in UTC, at a time, or never.</summary>
internal sealed class ExpiryField : Field
{
    private const string Never = "never";

    private readonly Option<string> option = new("--expires")
    {
        HelpName = "WHEN",
        Description = "When the key expires: 30d, 12h or 45m from now, at the end of a day in UTC such as 2027-12-31, at a time such as 2027-01-31T12:00:00Z, or never.",
    };

    public ExpiryField()
        : base("expires", "expiresAt") => option.CompletionSources.Add(_ => [new("30d"), new("90d"), new("365d"), new(Never)]);

    public override IReadOnlyList<Option> Options => [option];

    public override void Write(ParseResult parse, RequestBody body)
    {
        if (parse.GetValue(option) is not { } text)
            return;
        if (text == Never)
            body.Set(Quoted(option, text), null, Path);
        else if (Duration.TryRead(text, out var seconds))
            body.Set(Quoted(option, text), seconds, "expiresInSeconds");
        else if (DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day) && day < DateOnly.MaxValue)
            body.Set(Quoted(option, text), $"{day.AddDays(1):yyyy-MM-dd}T00:00:00Z", Path);
        else if (text.Contains('T', StringComparison.Ordinal))
            body.Set(Quoted(option, text), text, Path);
        else
            throw CliFailure.Usage($"{Quoted(option, text)}: must be a duration such as 30d, 12h or 45m, a day such as 2027-12-31, a time such as 2027-01-31T12:00:00Z, or {Never}");
    }
}
