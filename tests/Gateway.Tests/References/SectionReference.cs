using System.Text.RegularExpressions;

namespace Dragoman.Gateway.Tests.References;

/// <summary>A mention of a page for developers, such as <c>specs/NAME.md 1.3, 2.5 to 2.8</c>.</summary>
/// <param name="Place">The file and the line.</param>
/// <param name="Page">The page's path from the repository's root.</param>
/// <param name="Sections">The named sections. May be empty.</param>
internal sealed partial record SectionReference(string Place, string Page, IReadOnlyList<string> Sections)
{
    public const string Folder = "docs/developers/";

    /// <summary>The name of the architecture before it had a page.</summary>
    private const string Design = "design section";

    public static IEnumerable<SectionReference> All => RepositoryFile.All.SelectMany(file => Mention().Matches(file.Text).Select(mention => new SectionReference(
        $"{file.Path}:{file.LineOf(mention.Index)}",
        Folder + (mention.Groups["page"].Value == Design ? "architecture.md" : mention.Groups["page"].Value),
        [.. Number().Matches(mention.Groups["sections"].Value).Select(number => number.Value)])));

    [GeneratedRegex(@"(?<page>specs/[a-z-]+\.md|(?<![\w/.-])(architecture|invariants|adding|fixtures)\.md|design section)(?<sections> \d+(\.\d+)*((,| to| and) \d+(\.\d+)*)*)?")]
    private static partial Regex Mention();

    [GeneratedRegex(@"\d+(\.\d+)*")]
    private static partial Regex Number();
}
