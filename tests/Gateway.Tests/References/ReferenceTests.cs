using System.Text.RegularExpressions;

namespace Dragoman.Gateway.Tests.References;

/// <summary>Everything that a comment or a page refers to exists.</summary>
public sealed partial class ReferenceTests
{
    private const string Specifications = SectionReference.Folder + "specs/";

    private const string Pitfalls = Specifications + "dialects.md";

    /// <summary>Fewer than there are, but many more than a broken pattern would find.</summary>
    private const int FewestReferences = 300;

    [Fact]
    public void Every_reference_leads_to_a_heading()
    {
        var references = SectionReference.All.ToList();
        Assert.True(references.Count > FewestReferences, $"only {references.Count} references were found");
        var numbers = references.Select(reference => reference.Page).Distinct().Where(RepositoryFile.Exists).ToDictionary(page => page, page => MarkdownPage.At(page).Numbers);
        NoneIsWrong(references.Where(reference => !numbers.ContainsKey(reference.Page)).Select(reference => $"{reference.Place}: there is no {reference.Page}"));
        NoneIsWrong(references.SelectMany(reference => reference.Sections
            .Where(section => !numbers[reference.Page].Contains(section))
            .Select(section => $"{reference.Place}: {reference.Page} has no section {section}")));
    }

    [Fact]
    public void Every_pitfall_has_its_row_and_only_one()
    {
        var rows = PitfallRow().Matches(RepositoryFile.At(Pitfalls).Text).Select(row => row.Groups["name"].Value).ToList();
        Assert.Equal(rows.Distinct(), rows);
        var named = RepositoryFile.All.SelectMany(file => Pitfall().Matches(file.Text).Select(name => (Place: $"{file.Path}:{file.LineOf(name.Index)}", Name: name.Value))).ToList();
        Assert.True(named.Count > rows.Count, $"only {named.Count} mentions of pitfalls were found");
        NoneIsWrong(named.Where(mention => !rows.Contains(mention.Name)).Select(mention => $"{mention.Place}: there is no {mention.Name}"));
    }

    [Fact]
    public void No_page_for_developers_has_two_sections_of_one_number() => Assert.All(
        MarkdownPage.All.Where(page => page.File.Path.StartsWith(SectionReference.Folder, StringComparison.Ordinal)),
        page => Assert.Equal(page.Numbers.Distinct(), page.Numbers));

    /// <summary>Inside a page, <c>§</c> and a number refer to a section of the same page.</summary>
    [Fact]
    public void Every_section_sign_leads_to_a_heading_of_its_page() => Assert.All(
        MarkdownPage.All.Where(page => page.File.Path.StartsWith(Specifications, StringComparison.Ordinal)),
        page => Assert.Empty(SectionSign().Matches(page.Prose).Select(sign => sign.Groups["number"].Value).Except(page.Numbers)));

    [Fact]
    public void Every_link_leads_to_a_file_and_every_anchor_to_a_heading()
    {
        var pages = MarkdownPage.All.ToDictionary(page => page.File.Path, StringComparer.Ordinal);
        NoneIsWrong(pages.Values.SelectMany(page => page.Links.Where(link => !AddressOfItsOwn().IsMatch(link) && !Leads(page, link)).Select(link => $"{page.File.Path}: {link}")));

        bool Leads(MarkdownPage page, string link)
        {
            var (target, anchor) = link.Split('#', 2) is [var before, var behind] ? (before, behind) : (link, null);
            var path = target.Length == 0 ? page.File.Path : PathFrom(page, target);
            return RepositoryFile.Exists(path) && (anchor is null || (pages.TryGetValue(path, out var linked) && linked.Anchors.Contains(anchor)));
        }
    }

    [Fact]
    public void Every_path_in_the_pages_for_developers_exists()
    {
        var pages = MarkdownPage.All.Where(page => page.File.Path is "CONTRIBUTING.md" || ParentOf(page.File.Path) == SectionReference.Folder.TrimEnd('/')).ToList();
        Assert.NotEmpty(pages);
        NoneIsWrong(pages.SelectMany(page => PathInCode().Matches(page.Prose)
            .Select(path => path.Groups["path"].Value)
            .Where(path => !Placeholder().IsMatch(path) && !RepositoryFile.Exists(path))
            .Select(path => $"{page.File.Path}: {path}")));
    }

    /// <summary>A reason whose bound no longer exists misleads more than no list.</summary>
    [Fact]
    public void Every_bound_that_is_listed_is_in_the_code()
    {
        var bounds = Bound().Matches(RepositoryFile.At(SectionReference.Folder + "invariants.md").Text).ToList();
        Assert.NotEmpty(bounds);
        NoneIsWrong(bounds.Where(bound => !RepositoryFile.Sources.Any(file => Declares(file, bound.Groups["type"].Value, bound.Groups["member"].Value))).Select(bound => bound.Value));

        static bool Declares(RepositoryFile file, string type, string member) =>
            Regex.IsMatch(file.Text, $@"\b(class|record|struct|interface) {type}\b") && Regex.IsMatch(file.Text, $@"\b{member}\b");
    }

    [Fact]
    public void The_list_of_fixtures_is_that_of_the_folders()
    {
        var streams = Path.Combine(Repository.Root, "tests", "streams");
        var folders = Directory.EnumerateFiles(streams, "exchange.json", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(streams, Path.GetDirectoryName(file)!).Replace('\\', '/'));
        Assert.Equal(folders.Order(StringComparer.Ordinal), Listed().Order(StringComparer.Ordinal));

        static IEnumerable<string> Listed()
        {
            var group = "";
            foreach (var line in RepositoryFile.At(SectionReference.Folder + "fixtures.md").Text.Split("## Index")[1].Split('\n'))
            {
                if (line.StartsWith("### ", StringComparison.Ordinal))
                    group = line[4..];
                else if (line.StartsWith("| `", StringComparison.Ordinal))
                    yield return $"{group}/{line.Split('`')[1]}";
            }
        }
    }

    /// <summary>Reports all mistakes in one message, because the assertion for a list would cut it off.</summary>
    private static void NoneIsWrong(IEnumerable<string> wrong)
    {
        var lines = wrong.ToList();
        Assert.True(lines.Count == 0, string.Join('\n', lines));
    }

    private static string PathFrom(MarkdownPage page, string target) =>
        Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, ParentOf(page.File.Path), Uri.UnescapeDataString(target))).Replace('\\', '/');

    private static string ParentOf(string path) => (Path.GetDirectoryName(path) ?? "").Replace('\\', '/');

    [GeneratedRegex(@"\bP-\d+\b")]
    private static partial Regex Pitfall();

    [GeneratedRegex(@"^\| (?<name>P-\d+) \|", RegexOptions.Multiline)]
    private static partial Regex PitfallRow();

    [GeneratedRegex(@"§(?<number>\d+(\.\d+)*)")]
    private static partial Regex SectionSign();

    [GeneratedRegex("^([a-z][a-z+.-]*:|//)")]
    private static partial Regex AddressOfItsOwn();

    [GeneratedRegex("`(?<path>(gateway|functions|sidecar|emulator|nginx|tests|bench|docs)/[A-Za-z0-9_./-]*)`")]
    private static partial Regex PathInCode();

    /// <summary>A placeholder: <c>NAME</c>, <c>NewProvider.cs</c>, <c>streams/x</c>.</summary>
    [GeneratedRegex(@"/([A-Z]{2,}\b|New[A-Z]|x(/|$))")]
    private static partial Regex Placeholder();

    [GeneratedRegex("`(?<type>[A-Z][A-Za-z]+)\\.(?<member>[A-Z][A-Za-z]+)`(?=.*\\|$)", RegexOptions.Multiline)]
    private static partial Regex Bound();
}
