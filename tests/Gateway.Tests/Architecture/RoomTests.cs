using System.Text.RegularExpressions;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnit;
using Dragoman.Dialects;
using Dragoman.Gateway.Tests.References;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace Dragoman.Gateway.Tests.Architecture;

/// <summary>
/// Which code may use which (architecture.md 1). The compiled types are checked, and also the <c>using</c> lines of the sources,
/// because a constant of another room leaves no trace in an assembly.
/// </summary>
public sealed partial class RoomTests
{
    private const string Contracts = "Dragoman.Dialects";

    private const string FamilyBase = "Dragoman.Dialects.ChatCompletions";

    private static readonly string[] ForEveryDialect = [Contracts, "Dragoman.Dialects.Requests", "Dragoman.Dialects.Answers"];

    private static readonly string[] OfTheFamily = ["OpenAIChat", "OpenAICompletions", "OpenAIResponses", "Mistral"];

    private static readonly ArchUnitNET.Domain.Architecture Gateway = new ArchLoader().LoadAssemblies(typeof(IInboundDialect).Assembly).Build();

    /// <summary>The folders of <c>Dialects</c> that hold a dialect, and not code that dialects share.</summary>
    private static readonly List<string> Dialects = [.. Directory.EnumerateDirectories(Path.Combine(Repository.Root, "gateway", "Dialects"))
        .Select(folder => Path.GetFileName(folder))
        .Where(name => $"{Contracts}.{name}" != FamilyBase && !ForEveryDialect.Contains($"{Contracts}.{name}"))
        .Order(StringComparer.Ordinal)];

    public static TheoryData<string> Rooms => [.. Room.All.Select(room => room.Name)];

    public static TheoryData<string> DialectNames => [.. Dialects];

    [Fact]
    public void Every_folder_is_a_room_and_every_room_a_folder() => Assert.Equal(
        Room.All.Select(room => room.Name).Order(StringComparer.Ordinal),
        Directory.EnumerateDirectories(Path.Combine(Repository.Root, "gateway")).Select(folder => Path.GetFileName(folder)!).Except(["bin", "obj"]).Order(StringComparer.Ordinal));

    [Fact]
    public void Seven_dialects_are_found() => Assert.Equal(["Anthropic", "Gemini", "Mistral", "Ollama", "OpenAIChat", "OpenAICompletions", "OpenAIResponses"], Dialects);

    [Fact]
    public void A_room_uses_only_rooms_on_lower_floors()
    {
        for (var floor = 0; floor < Room.All.Count; floor++)
            Assert.Empty(Room.All[floor].MayUse.Except(Room.All.Take(floor).Select(room => room.Name)));
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_uses_only_the_rooms_that_it_may(string name)
    {
        var room = Room.All.Single(room => room.Name == name);
        foreach (var forbidden in room.Forbidden)
            MayNotUse(room.Namespace, forbidden.Namespace);
    }

    [Theory]
    [MemberData(nameof(DialectNames))]
    public void A_dialect_uses_no_other_dialect_but_the_declared_base_of_its_family(string name)
    {
        List<string> allowed = [.. ForEveryDialect, $"{Contracts}.{name}", .. OfTheFamily.Contains(name) ? [FamilyBase] : Array.Empty<string>()];
        foreach (var other in Dialects.Select(other => $"{Contracts}.{other}").Append(FamilyBase).Except(allowed))
            MayNotUse($"{Contracts}.{name}", other);
    }

    /// <summary>The shared base uses none of the dialects that are built on it, and the contracts use no dialect at all.</summary>
    [Theory]
    [InlineData("ChatCompletions")]
    [InlineData("Requests")]
    [InlineData("Answers")]
    public void What_dialects_share_uses_no_dialect(string name)
    {
        foreach (var dialect in Dialects)
            MayNotUse($"{Contracts}.{name}", $"{Contracts}.{dialect}");
    }

    [Theory]
    [InlineData("Anthropic")]
    [InlineData("OpenAIResponses")]
    public void The_two_directions_of_a_dialect_do_not_use_each_other(string name)
    {
        MayNotUse($"{Contracts}.{name}.Inbound", $"{Contracts}.{name}.Outbound");
        MayNotUse($"{Contracts}.{name}.Outbound", $"{Contracts}.{name}.Inbound");
    }

    [Theory]
    [InlineData("Pipeline")]
    [InlineData("WebSockets")]
    public void What_is_the_same_for_all_clients_and_providers_uses_no_dialect(string name)
    {
        foreach (var dialect in Dialects.Append("ChatCompletions"))
            MayNotUse($"Dragoman.{name}", $"{Contracts}.{dialect}");
    }

    [Theory]
    [InlineData("functions", "Dragoman.Endpoints", "Dragoman.Hosting", "Dragoman.Startup", "Dragoman.Functions.Isolated")]
    [InlineData("sidecar", "Dragoman.Hosting")]
    public void The_processes_only_host(string name, params string[] used) => Assert.All(
        RepositoryFile.All.Where(file => file.Path.EndsWith(".cs", StringComparison.Ordinal) && file.Path.StartsWith(name + "/", StringComparison.Ordinal)).SelectMany(file => UsingLine().Matches(file.Text)),
        line => Assert.Contains(line.Groups["namespace"].Value, used));

    [Fact]
    public void Every_file_is_in_the_namespace_of_its_folder() => Assert.All(SourcesOf(""), file =>
    {
        var folder = Path.GetDirectoryName(file.Path)!.Replace('\\', '/')["gateway/".Length..];
        Assert.Contains($"\nnamespace Dragoman.{folder.Replace('/', '.')};\n", $"\n{file.Text}");
    });

    /// <summary>A reader guesses the file's name from the type's. Small families of records may share a file.</summary>
    [Fact]
    public void Few_types_stand_in_a_file_of_another_name()
    {
        var types = SourcesOf("").SelectMany(file => TopLevelType().Matches(file.Text).Select(type => (File: Path.GetFileName(file.Path).Split('.')[0], Type: type.Groups["name"].Value))).Distinct().ToList();
        var elsewhere = types.Where(type => type.File != type.Type).ToList();
        Assert.True(types.Count > 400, $"only {types.Count} types were found");
        Assert.True(elsewhere.Count < 0.08 * types.Count, $"{elsewhere.Count} of {types.Count}: {string.Join(", ", elsewhere.Select(type => $"{type.Type} in {type.File}.cs"))}");
    }

    [Fact]
    public void A_use_that_is_forbidden_is_found()
    {
        Assert.ThrowsAny<Exception>(() => MayNotDependOn("Dragoman.Pipeline", "Dragoman.Wire"));
        Assert.ThrowsAny<Exception>(() => MayNotName("Dragoman.Pipeline", "Dragoman.Wire"));
        Assert.ThrowsAny<Exception>(() => MayNotName("Dragoman.Dialects.Anthropic.Inbound", "Dragoman.Dialects.Requests"));
    }

    private static void MayNotUse(string user, string used)
    {
        MayNotDependOn(user, used);
        MayNotName(user, used);
    }

    private static void MayNotDependOn(string user, string used) => Types().That().ResideInNamespaceMatching(Within(user))
        .Should().NotDependOnAny(Types().That().ResideInNamespaceMatching(Within(used)))
        .WithoutRequiringPositiveResults()
        .Check(Gateway);

    private static void MayNotName(string user, string used) => Assert.DoesNotContain(
        SourcesOf(user["Dragoman.".Length..].Replace('.', '/')).SelectMany(file => UsingLine().Matches(file.Text).Select(line => (file.Path, Namespace: line.Groups["namespace"].Value))),
        line => line.Namespace == used || line.Namespace.StartsWith(used + ".", StringComparison.Ordinal));

    private static string Within(string space) => $"^{Regex.Escape(space)}(\\.|$)";

    private static IEnumerable<RepositoryFile> SourcesOf(string folder) =>
        RepositoryFile.Sources.Where(file => file.Path.StartsWith($"gateway/{folder}{(folder.Length > 0 ? "/" : "")}", StringComparison.Ordinal));

    [GeneratedRegex(@"^using (static |\w+ = )?(?<namespace>Dragoman\.[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"^(?:(?:public|internal|static|sealed|abstract|partial|readonly|ref|file) )*(?:class|record struct|record|struct|interface|enum|delegate \S+) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TopLevelType();
}
