using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Dragoman.Infra.Tests.Tools;

namespace Dragoman.Infra.Tests;

/// <summary>The workflow for users: it has no secret, few rights, fixed actions, and calls only what there is.</summary>
public partial class WorkflowTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, ".github/workflows/azure.yml"));

    private static readonly JsonNode Workflow = Yaml.Parse(Text);

    private static IEnumerable<JsonObject> Jobs => Workflow["jobs"]!.AsObject().Select(job => job.Value!.AsObject());

    private static IEnumerable<JsonNode> Steps => Jobs.SelectMany(job => job["steps"]!.AsArray()).Select(step => step!);

    /// <summary>A tag can be moved to other code, a commit cannot.</summary>
    [Fact]
    public void Every_action_is_that_of_a_commit_and_says_its_version()
    {
        var uses = Text.Split('\n').Where(line => line.Contains("uses:", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(uses);
        Assert.All(uses, line => Assert.Matches(Action(), line));
    }

    [Fact]
    public void A_job_may_read_the_repository_and_only_one_that_signs_in_may_ask_for_a_token()
    {
        Assert.Empty(Workflow["permissions"]!.AsObject());
        Assert.All(Jobs, job =>
        {
            var signsIn = job["steps"]!.AsArray().Any(step => ((string?)step!["uses"])?.StartsWith("azure/login@", StringComparison.Ordinal) == true);
            var rights = job["permissions"]!.AsObject().Select(right => $"{right.Key}: {right.Value}");
            Assert.Equal(signsIn ? ["contents: read", "id-token: write"] : ["contents: read"], rights);
            Assert.Equal(signsIn, job["environment"] is not null);
            Assert.NotNull(job["timeout-minutes"]);
        });
    }

    [Fact]
    public void There_is_no_secret()
    {
        Assert.DoesNotContain("secrets.", Text, StringComparison.Ordinal);
        Assert.All(Steps.Where(step => ((string?)step["uses"])?.StartsWith("azure/login@", StringComparison.Ordinal) == true), step =>
            Assert.Equal(["client-id", "subscription-id", "tenant-id"], step["with"]!.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal)));
        Assert.All(Steps.Where(step => ((string?)step["uses"])?.StartsWith("actions/checkout@", StringComparison.Ordinal) == true), step =>
            Assert.False((bool)step["with"]!["persist-credentials"]!));
    }

    /// <summary>An expression is put into a script as it is, so that its value would be part of the program.</summary>
    [Fact]
    public void No_script_has_an_expression_in_it() =>
        Assert.All(Steps.Where(step => step["run"] is not null), step => Assert.DoesNotContain("${{", (string)step["run"]!, StringComparison.Ordinal));

    [Fact]
    public void Everything_that_a_script_calls_is_there()
    {
        var sizes = Workflow["on"]!["workflow_dispatch"]!["inputs"]!["size"]!["options"]!.AsArray().Select(size => (string)size!).ToList();
        var paths = Steps.Select(step => (string?)step["run"]).OfType<string>().SelectMany(script => RepositoryPath().Matches(script)).Select(match => match.Value)
            .SelectMany(path => path.Contains("$SIZE", StringComparison.Ordinal) ? sizes.Select(size => path.Replace("$SIZE", size, StringComparison.Ordinal)) : [path]).Distinct().ToList();
        var template = File.ReadAllText(Path.Combine(Repository.Infra, "bicep/main.bicep"));

        Assert.Contains("infra/smoke.sh", paths);
        Assert.Contains("infra/package.sh", paths);
        Assert.Contains("infra/bicep/private.bicepparam", paths);
        Assert.All(paths, path => Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), path));
        Assert.All(Parameter().Matches(Text).Select(match => match.Groups[1].Value), parameter => Assert.Contains($"param {parameter} ", template, StringComparison.Ordinal));
        Assert.All(Output().Matches(Text).Select(match => match.Groups[1].Value), output => Assert.Contains($"output {output} ", template, StringComparison.Ordinal));
    }

    /// <summary>Otherwise the revision before would answer, and a deployment that does not start would count as good.</summary>
    [Fact]
    public void The_gateway_is_asked_when_the_new_revision_is_ready()
    {
        var scripts = Steps.Select(step => (string?)step["run"] ?? "").ToList();

        Assert.InRange(scripts.FindIndex(script => script.Contains("latestReadyRevisionName", StringComparison.Ordinal)), 0, scripts.FindIndex(script => script.Contains("infra/smoke.sh", StringComparison.Ordinal)) - 1);
    }

    [Fact]
    public void The_manual_names_every_variable_that_somebody_must_set()
    {
        var manual = File.ReadAllText(Path.Combine(Repository.Root, "docs/azure.md"));

        Assert.All(Variable().Matches(Text).Select(match => match.Groups[1].Value).Distinct(), name => Assert.Contains($"`{name}`", manual, StringComparison.Ordinal));
        Assert.All(Jobs.Select(job => (string?)job["environment"]).OfType<string>(), name => Assert.Contains($"`{name}`", manual, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")]
    private static partial Regex Action();

    [GeneratedRegex(@"\b(?:infra|tests|nginx)/[\w./$-]+|\bServerless\.sln")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"""(\w+Image)=\$")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"jq -r \.(\w+)\.value")]
    private static partial Regex Output();

    [GeneratedRegex(@"vars\.(\w+)")]
    private static partial Regex Variable();
}
