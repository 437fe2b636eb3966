using System.CommandLine;
using System.Globalization;
using Dragoman.Stores;

namespace Dragoman.Cli.Commands;

/// <summary>Which part of a list is shown.</summary>
internal sealed class ListOptions
{
    /// <summary>The largest page, so that all pages are few.</summary>
    private static readonly string LargestPage = StoreLimits.MostPerPage.ToString(CultureInfo.InvariantCulture);

    private readonly Option<string> limit = new("--limit") { HelpName = "N", Description = $"The most entries to show, 1 to {StoreLimits.MostPerPage}; 100 if not given." };
    private readonly Option<string> after = new("--after") { HelpName = "ID", Description = "Begins behind this entry." };
    private readonly Option<bool> all = new("--all") { Description = "Shows all entries, page by page." };

    public ListOptions(Command command)
    {
        command.Add(limit);
        command.Add(after);
        command.Add(all);
    }

    public bool WantsAll(ParseResult parse) => parse.GetValue(all);

    /// <exception cref="CliFailure"><c>--all</c> and <c>--limit</c> are given together.</exception>
    public IEnumerable<KeyValuePair<string, string>> QueryOf(ParseResult parse)
    {
        var most = parse.GetValue(limit);
        if (most is not null && WantsAll(parse))
            throw CliFailure.Usage("--all and --limit are given together; allowed: one of them");
        if ((WantsAll(parse) ? LargestPage : most) is { } size)
            yield return KeyValuePair.Create("limit", size);
        if (parse.GetValue(after) is { } id)
            yield return KeyValuePair.Create("after", id);
    }
}
