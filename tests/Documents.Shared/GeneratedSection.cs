namespace Dragoman.Documents;

/// <summary>
/// The part of a page that is made from the code: what stands between <c>&lt;!-- generated: NAME … --&gt;</c> and
/// <c>&lt;!-- end: NAME --&gt;</c>. The rest of the page is written by hand.
/// </summary>
internal static class GeneratedSection
{
    /// <summary>The variable with which <c>docs/generate.sh</c> makes tests write pages instead of comparing them.</summary>
    public const string WriteSwitch = "DRAGOMAN_WRITE_DOCS";

    /// <summary>Compares a section with what it should be.</summary>
    /// <param name="page">The page's path.</param>
    /// <param name="name">The section's name.</param>
    /// <param name="wanted">Its lines, without an empty one at either end.</param>
    public static void Check(string page, string name, string wanted)
    {
        var text = File.ReadAllText(page);
        var (start, end) = Find(text, name);
        wanted = $"\n\n{wanted}\n\n";
        if (Environment.GetEnvironmentVariable(WriteSwitch) == "1")
        {
            File.WriteAllText(page, text[..start] + wanted + text[end..]);
            return;
        }

        Assert.Equal(wanted, text[start..end]);
    }

    private static (int Start, int End) Find(string text, string name)
    {
        var mark = text.IndexOf($"<!-- generated: {name} ", StringComparison.Ordinal);
        Assert.True(mark >= 0, $"the page has no section {name}");
        var start = text.IndexOf("-->", mark, StringComparison.Ordinal) + "-->".Length;
        var end = text.IndexOf($"<!-- end: {name} -->", start, StringComparison.Ordinal);
        Assert.True(end >= 0, $"the section {name} has no end");
        return (start, end);
    }
}
