using Dragoman.Fuzz;

namespace Dragoman.Gateway.Tests.Fuzzing;

/// <summary>Every input of the fuzzer's corpus, seeds and finds, passes the checks of its target.</summary>
public sealed class CorpusTests
{
    private static readonly string Corpus = Path.Combine(Repository.Root, "tests", "fuzz", "corpus");

    public static TheoryData<string> Targets => [.. FuzzTarget.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Every_input_is_fine(string name)
    {
        var target = FuzzTarget.All.Single(each => each.Name == name);
        var inputs = Directory.GetFiles(Path.Combine(Corpus, name));
        Assert.NotEmpty(inputs);
        Assert.All(inputs, input => target.Check(File.ReadAllBytes(input)));
    }

    [Fact]
    public void Every_folder_belongs_to_a_target() => Assert.Equal(
        FuzzTarget.All.Select(target => target.Name).Order(StringComparer.Ordinal),
        Directory.GetDirectories(Corpus).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal));
}
