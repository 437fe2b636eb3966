using System.Text;
using System.Text.RegularExpressions;

namespace Dragoman.Gateway.Tests.References;

/// <summary>A page's headings and links.</summary>
internal sealed partial class MarkdownPage
{
    public MarkdownPage(RepositoryFile file)
    {
        File = file;
        Prose = WithoutCode(file.Text);
        var titles = Heading().Matches(Prose).Select(heading => heading.Groups["title"].Value.Trim()).ToList();
        Numbers = [.. titles.Select(title => SectionNumber().Match(title)).Where(number => number.Success).Select(number => number.Groups["number"].Value)];
        Anchors = AnchorsOf(titles).ToHashSet(StringComparer.Ordinal);
        Links = [.. Link().Matches(WithoutCodeSpans(Prose)).Select(link => link.Groups["target"].Value)];
    }

    public static IEnumerable<MarkdownPage> All => RepositoryFile.All
        .Where(file => file.Path.EndsWith(".md", StringComparison.Ordinal))
        .Select(file => new MarkdownPage(file));

    public RepositoryFile File { get; }

    /// <summary>The page's lines. Those of code blocks are empty.</summary>
    public string Prose { get; }

    /// <summary>The numbers with which its headings begin, such as <c>2.6</c>.</summary>
    public IReadOnlyList<string> Numbers { get; }

    /// <summary>The anchors that a link to this page may have after its <c>#</c>.</summary>
    public IReadOnlySet<string> Anchors { get; }

    public IReadOnlyList<string> Links { get; }

    public static MarkdownPage At(string path) => new(RepositoryFile.At(path));

    /// <summary>The anchors of headings, as GitHub makes them.</summary>
    private static IEnumerable<string> AnchorsOf(IEnumerable<string> titles)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var title in titles)
        {
            var words = LinkText().Replace(title, "${text}").ToLowerInvariant();
            var anchor = string.Concat(words.Where(letter => char.IsLetterOrDigit(letter) || letter is ' ' or '-' or '_')).Replace(' ', '-');
            var times = seen.GetValueOrDefault(anchor);
            seen[anchor] = times + 1;
            yield return times == 0 ? anchor : $"{anchor}-{times}";
        }
    }

    private static string WithoutCode(string text)
    {
        var prose = new StringBuilder(text.Length);
        var fence = "";
        foreach (var line in text.Split('\n'))
        {
            var mark = Fence().Match(line).Groups["mark"].Value;
            if (fence.Length == 0 && mark.Length == 0)
                prose.Append(line);
            else if (fence.Length == 0)
                fence = mark;
            else if (mark.StartsWith(fence, StringComparison.Ordinal))
                fence = "";
            prose.Append('\n');
        }

        return prose.ToString();
    }

    private static string WithoutCodeSpans(string text) => CodeSpan().Replace(text, "");

    [GeneratedRegex("^#{1,6} (?<title>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^(?<number>\d+(\.\d+)*)\.?\s")]
    private static partial Regex SectionNumber();

    [GeneratedRegex(@"\[(?<text>[^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();

    [GeneratedRegex(@"\[[^\]]*\]\((?<target>[^)\s]+)[^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex("^ {0,3}(?<mark>`{3,}|~{3,})")]
    private static partial Regex Fence();

    [GeneratedRegex("(`+)[^`\n]+\\1")]
    private static partial Regex CodeSpan();
}
