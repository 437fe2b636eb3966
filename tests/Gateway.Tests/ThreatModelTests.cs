using System.Text.RegularExpressions;

namespace Dragoman.Gateway.Tests;

/// <summary>SECURITY.md names a test or an attack for each of its claims. Everything that it names must exist.</summary>
public sealed partial class ThreatModelTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "SECURITY.md"));

    private static readonly HashSet<string> Attacks =
    [
        .. Directory.GetFiles(Path.Combine(Repository.Root, "tests", "attack", "Attacks"), "*.cs")
            .SelectMany(file => AttackName().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)),
    ];

    [Fact]
    public void Every_test_class_that_it_names_exists()
    {
        var files = TestFile().Matches(Text).Select(match => match.Value).Distinct().ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            var source = File.ReadAllText(Path.Combine(Repository.Root, file));
            Assert.Matches($@"class {Path.GetFileNameWithoutExtension(file)}\b", source);
            Assert.Matches(@"\[(Fact|Theory)\]", source);
        });
    }

    [Fact]
    public void Every_attack_that_it_names_exists()
    {
        var named = NamedAttack().Matches(Text).Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains(name, Attacks));
    }

    /// <summary>A line that forbids something must name what checks it. Otherwise it is only a wish.</summary>
    [Fact]
    public void Every_line_that_forbids_something_names_what_holds_it() =>
        Assert.All(
            Text.Split('\n').Where(line => line.StartsWith("| may not |", StringComparison.Ordinal)),
            line => Assert.True(TestFile().IsMatch(line) || NamedAttack().IsMatch(line), line));

    [GeneratedRegex("tests/[A-Za-z.]+/[A-Za-z/]+\\.cs")]
    private static partial Regex TestFile();

    [GeneratedRegex("`attack:([a-z0-9-]+)`")]
    private static partial Regex NamedAttack();

    [GeneratedRegex("new\\(\"([a-z0-9-]+)\", \"[a-z ]+\", \"[0-9A-Z*]+\"")]
    private static partial Regex AttackName();
}
