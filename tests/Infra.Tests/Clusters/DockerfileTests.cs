using System.Text.RegularExpressions;
using Dragoman.Infra.Tests.Checks;
using Dragoman.Infra.Tests.Tools;
using Dragoman.Startup;

namespace Dragoman.Infra.Tests.Clusters;

/// <summary>The Dockerfiles: a pinned base, a user without rights, real variables and ports. The images themselves are tested as real processes.</summary>
public sealed partial class DockerfileTests
{
    public static TheoryData<string> Images => [.. Directory.EnumerateDirectories(Path.Combine(Repository.Infra, "containers")).Select(folder => Path.GetFileName(folder)).Where(name => name != "secrets").Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Images))]
    public void An_image_has_a_pinned_base_and_a_user_without_rights(string image)
    {
        var text = Read(image);

        Assert.Matches(Pinned(), text);
        Assert.Matches(OtherUser(), text);
        // After the last file: the processes own nothing but their volume.
        Assert.True(text.LastIndexOf("\nCOPY ", StringComparison.Ordinal) < text.IndexOf("\nUSER ", StringComparison.Ordinal));
        Assert.DoesNotContain("\nRUN ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("front", 8080)]
    [InlineData("sidecar", 5081)]
    [InlineData("functions", 7071)]
    public void An_image_listens_where_it_says_and_has_a_health_check(string image, int port)
    {
        var text = Read(image);
        var variables = Variables().Matches(text).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

        Assert.Contains($"\nEXPOSE {port}\n", text, StringComparison.Ordinal);
        Assert.Contains(variables, variable => variable.Value == $"{port}" || variable.Value.EndsWith($":{port}", StringComparison.Ordinal));
        Assert.Contains("\nHEALTHCHECK ", text, StringComparison.Ordinal);
        Assert.Empty(Contract.Unread(image, variables, ReaderOf(image)));
    }

    [Fact]
    public void Nginx_is_stopped_so_that_streams_can_end() => Assert.Contains("\nSTOPSIGNAL SIGQUIT\n", Read("front"), StringComparison.Ordinal);

    internal static VariableReaders ReaderOf(string process) => process switch
    {
        "front" => VariableReaders.FrontDoor,
        "sidecar" => VariableReaders.Sidecar,
        "functions" => VariableReaders.Functions,
        _ => throw new ArgumentOutOfRangeException(nameof(process), process, "no process of Dragoman"),
    };

    private static string Read(string image) => File.ReadAllText(Path.Combine(Repository.Infra, "containers", image, "Dockerfile"));

    [GeneratedRegex(@"^ARG BASE=\S+:\S+@sha256:[0-9a-f]{64}\nFROM \$\{BASE\}$", RegexOptions.Multiline)]
    private static partial Regex Pinned();

    [GeneratedRegex(@"^USER ([1-9]\d+):\1$", RegexOptions.Multiline)]
    private static partial Regex OtherUser();

    [GeneratedRegex(@"(?<=^ENV .*)(\w+)=(\S+)", RegexOptions.Multiline)]
    private static partial Regex Variables();
}
