using System.Text.RegularExpressions;
using Dragoman.Configuration;
using Dragoman.Startup;

namespace Dragoman.Gateway.Tests.Startup;

public partial class ProcessEnvironmentTests
{
    private static readonly string[] Skipped = ["/bin/", "/obj/", "/node_modules/", "/.git/", "/results/"];

    private static string[] MistakesOf(VariableReaders reader, params (string Name, string Value)[] variables) =>
        [.. ProcessEnvironment.FindMistakes(variables.ToDictionary(each => each.Name, each => each.Value), reader, ConfigurationReader.VariableNames)];

    [Theory]
    [InlineData("DRAGOMAN_ACCESS_MODE", "DRAGOMAN__access__mode")]
    [InlineData("DRAGOMAN_LIMITS_REQUESTBYTES", "DRAGOMAN__limits__requestBytes")]
    [InlineData("DRAGOMAN_LIMITS_REQUEST_BYTES", "DRAGOMAN__limits__requestBytes")]
    [InlineData("DRAGOMAN_PROVIDERS_MISTRAL_APIKEY", "DRAGOMAN__providers__NAME__apiKey")]
    [InlineData("DRAGOMAN_PORT", "DRAGOMAN_SIDECAR_PORT")]
    [InlineData("DRAGOMAN_CONFG", "DRAGOMAN_CONFIG")]
    [InlineData("dragoman_config", "DRAGOMAN_CONFIG")]
    [InlineData("DRAGOMAN_LISTEN_ADDRESS", "DRAGOMAN_LISTEN")]
    [InlineData("DRAGOMAN_OPENAI_API_KEY", "OPENAI_API_KEY")]
    [InlineData("DRAGOMAN_NGINX_LISTENS", "DRAGOMAN_NGINX_LISTEN")]
    public void A_variable_that_nobody_reads_is_a_mistake_with_the_nearest_right_one(string name, string meant) => Assert.Equal(
        [$"environment variable {name} is not known (did you mean {meant}?); allowed: those that --help lists, and DRAGOMAN__path__of__a__member for the configuration"],
        MistakesOf(VariableReaders.Sidecar, (name, "1")));

    [Fact]
    public void Each_executable_is_told_of_its_own_port() =>
        Assert.Contains("FUNCTIONS_CUSTOMHANDLER_PORT", Assert.Single(MistakesOf(VariableReaders.Functions, ("DRAGOMAN_PORT", "1"))), StringComparison.Ordinal);

    [Fact]
    public void A_name_that_a_terminal_would_obey_is_written_out() =>
        Assert.StartsWith("environment variable DRAGOMAN_\\u001b[1m is not known; ", Assert.Single(MistakesOf(VariableReaders.Sidecar, ("DRAGOMAN_\u001b[1m", "1"))), StringComparison.Ordinal);

    [Fact]
    public void The_variables_of_all_parts_may_share_one_environment()
    {
        foreach (var reader in new[] { VariableReaders.Sidecar, VariableReaders.Functions, VariableReaders.Emulator })
            Assert.Empty(MistakesOf(reader, [.. KnownVariable.All.Select(each => (each.Name, "1")), ("DRAGOMAN__anything", "1"), ("DRAGOMANIA", "1"), ("PATH", "x")]));
    }

    /// <summary>Kubernetes describes each Service of a namespace to all containers in variables that begin with the Service's name.</summary>
    [Fact]
    public void What_Kubernetes_says_of_a_Service_is_no_mistake() => Assert.Empty(MistakesOf(
        VariableReaders.Sidecar,
        ("DRAGOMAN_SERVICE_HOST", "10.0.0.1"),
        ("DRAGOMAN_SERVICE_PORT", "80"),
        ("DRAGOMAN_SERVICE_PORT_HTTP", "80"),
        ("DRAGOMAN_PORT", "tcp://10.0.0.1:80"),
        ("DRAGOMAN_PORT_80_TCP", "tcp://10.0.0.1:80"),
        ("DRAGOMAN_PORT_80_TCP_ADDR", "10.0.0.1"),
        ("DRAGOMAN_EMULATOR_PORT_4755_TCP_PROTO", "tcp"),
        ("DRAGOMAN_SIDECAR_PORT", "tcp://10.0.0.1:5081")));

    /// <summary>Every new variable must be added to the one list. Otherwise the processes that find it in their environment do not start.</summary>
    [Fact]
    public void Every_variable_that_is_mentioned_anywhere_is_known()
    {
        var known = KnownVariable.All.Select(each => each.Name).ToHashSet();
        var unknown = MentionedOutsideOf("ProcessEnvironmentTests.cs", "StartSettingsTests.cs", "StartTests.cs", "StartUpAttacks.cs", "EmulatorOptionsTests.cs", "ProcessEnvironment.cs", "configuration.md")
            .Where(mention => !known.Contains(mention.Name))
            .Select(mention => $"{mention.Name} in {mention.File}")
            .ToList();
        Assert.Empty(unknown);
    }

    [Fact]
    public void Every_variable_that_is_known_is_mentioned_by_those_who_read_it()
    {
        var scripts = new Dictionary<VariableReaders, string>
        {
            [VariableReaders.FrontDoor] = Text("nginx/render.sh"),
            [VariableReaders.Sidecar] = Text("docs/configuration.md"),
            [VariableReaders.Functions] = Text("docs/configuration.md"),
            [VariableReaders.Emulator] = Text("docs/configuration.md") + Text("docs/emulator.md"),
            [VariableReaders.RunScript] = Text("run.sh"),
        };
        var missing = from variable in KnownVariable.All
                      from reader in scripts.Keys
                      where variable.Readers.HasFlag(reader) && !scripts[reader].Contains(variable.Name, StringComparison.Ordinal)
                      select $"{variable.Name} for {reader}";
        Assert.Empty(missing);
        Assert.Equal(KnownVariable.All.Count, KnownVariable.All.Select(each => each.Name).Distinct().Count());
    }

    [Fact]
    public void The_front_door_lists_what_it_is_known_for() => Assert.Equal(
        UsageLine().Matches(Text("nginx/render.sh")).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal),
        KnownVariable.All.Where(each => each.Readers.HasFlag(VariableReaders.FrontDoor) && Text("nginx/render.sh").Contains(each.Name + " ", StringComparison.Ordinal)).Select(each => each.Name).Order(StringComparer.Ordinal));

    private static string Text(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

    private static IEnumerable<(string Name, string File)> MentionedOutsideOf(params string[] files)
    {
        string[] endings = [".cs", ".sh", ".md", ".mjs", ".js", ".ts", ".yml", ".yaml", ".json"];
        foreach (var file in Directory.EnumerateFiles(Repository.Root, "*", SearchOption.AllDirectories))
        {
            var name = file[Repository.Root.Length..];
            if (!endings.Contains(Path.GetExtension(file)) || Skipped.Any(name.Contains) || files.Contains(Path.GetFileName(file)))
                continue;
            foreach (Match match in Mention().Matches(File.ReadAllText(file)))
                yield return (match.Value, name);
        }
    }

    /// <summary>A complete name: neither the beginning of <c>DRAGOMAN__…</c> nor an incomplete one such as <c>DRAGOMAN_…</c>.</summary>
    [GeneratedRegex(@"\bDRAGOMAN_[A-Z][A-Z_]*[A-Z]\b(?!_)")]
    private static partial Regex Mention();

    [GeneratedRegex(@"^  (DRAGOMAN_[A-Z_]+) ", RegexOptions.Multiline)]
    private static partial Regex UsageLine();
}
