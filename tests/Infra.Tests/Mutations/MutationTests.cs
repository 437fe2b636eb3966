using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Dragoman.Infra.Tests.Checks;
using Dragoman.Infra.Tests.Model;
using Dragoman.Infra.Tests.Tools;
using Xunit.Abstractions;

namespace Dragoman.Infra.Tests.Mutations;

/// <summary>
/// Every mistake of <see cref="MutationTable"/> is caught, and by the check that the table names. Snapshots, which would catch any change
/// of Bicep, do not count. It takes minutes, so <c>tests/infra-mutations.sh</c> runs it.
/// </summary>
[Collection(TerraformCollection.Name)]
public class MutationTests(Terraform terraform, ITestOutputHelper output)
{
    /// <summary>By what a line with a complaint is known, in the words of each tool.</summary>
    private static readonly string[] Complaints = ["Error", "Warning", "\"@level\":\"error\""];

    private readonly ConcurrentDictionary<string, Deployment> terraformOriginals = [];

    /// <summary>A change of the templates can take its place away, which the run that takes minutes would show only much later.</summary>
    [Fact]
    public void Every_mistake_can_be_made() => Assert.All(MutationTable.All, mutation =>
    {
        var parts = File.ReadAllText(Path.Combine(Repository.Infra, mutation.File)).Split(mutation.Before);
        Assert.True(parts.Length == 2, $"{mutation}: the file has it {parts.Length - 1} times, and it must have it once");
    });

    [SkippableFact]
    public async Task Every_mistake_is_caught_by_the_check_that_the_table_names()
    {
        var asked = Environment.GetEnvironmentVariable("INFRA_MUTATIONS") ?? "";
        Skip.If(asked.Length == 0, "takes minutes: run tests/infra-mutations.sh");
        Skip.If(Bicep.Missing is not null, Bicep.Missing);
        Skip.If(terraform.Missing is not null, terraform.Missing);
        foreach (var size in Deployment.Sizes)
        {
            using var copy = new Templates();
            terraformOriginals[size] = new Deployment(size, await TerraformPlan.ReadAsync(terraform, copy.Terraform, size, []));
        }

        var wrong = new ConcurrentBag<string>();
        var lines = new ConcurrentBag<string>();
        var mutations = MutationTable.All.Where(mutation => asked == "all" || mutation.ToString().Contains(asked, StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(mutations);
        await Parallel.ForEachAsync(mutations, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, async (mutation, _) =>
        {
            var (check, complaint) = await CatchAsync(mutation);
            lines.Add($"{check,-9} {mutation}\n          {complaint}");
            if (check != mutation.CaughtBy)
                wrong.Add($"{mutation}\n  must be caught by {mutation.CaughtBy}, and is by {check}: {complaint}");
        });

        foreach (var line in lines.Order(StringComparer.Ordinal))
            output.WriteLine(line);
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong));
        Assert.True(MutationTable.All.Count >= 40);
    }

    private async Task<(Check Check, string Complaint)> CatchAsync(Mutation mutation)
    {
        using var copy = new Templates();
        copy.Replace(mutation.File, mutation.Before, mutation.After);
        return mutation.IsBicep ? await CatchInBicepAsync(copy, mutation.Size) : await CatchInTerraformAsync(copy, mutation.Size);
    }

    private async Task<(Check, string)> CatchInBicepAsync(Templates copy, string size)
    {
        var compiled = await Bicep.RunAsync(copy.Bicep, Bicep.SnapshotArguments(size, "overwrite"));
        if (compiled.Status != 0 || compiled.Errors.Trim().Length > 0)
            return (Check.Language, FirstLine(compiled.Everything));
        var deployment = new Deployment(size, await BicepPlan.ReadAsync(Path.Combine(copy.Bicep, $"{size}.snapshot.json")));
        var (check, complaint) = await CatchAsync(deployment);
        if (check != Check.None)
            return (check, complaint);
        var difference = Parity.Find(deployment, terraformOriginals[size]).FirstOrDefault()
            ?? await FindParameterAsync(copy.Bicep, Path.Combine(Repository.Infra, "terraform"));
        return difference is null ? (Check.None, "") : (Check.Parity, difference);
    }

    private async Task<(Check, string)> CatchInTerraformAsync(Templates copy, string size)
    {
        IReadOnlyList<Resource> resources;
        var unread = new List<string>();
        try
        {
            resources = await TerraformPlan.ReadAsync(terraform, copy.Terraform, size, unread);
        }
        catch (InvalidOperationException error)
        {
            return (Check.Language, FirstLine(error.Message));
        }

        var deployment = new Deployment(size, resources);
        var (check, complaint) = await CatchAsync(deployment);
        if (check != Check.None)
            return (check, complaint);
        var original = new Deployment(size, await BicepPlan.ReadAsync(Path.Combine(Repository.Infra, "bicep", $"{size}.snapshot.json")));
        var difference = unread.Concat(Parity.Find(original, deployment)).FirstOrDefault();
        if (difference is not null)
            return (Check.Parity, difference);
        difference = await FindParameterAsync(Path.Combine(Repository.Infra, "bicep"), copy.Terraform);
        if (difference is not null)
            return (Check.Parity, difference);
        var test = await terraform.RunAsync(copy.Terraform, "test", "-filter=tests/variables.tftest.hcl");
        return test.Status == 0 ? (Check.None, "") : (Check.Language, FirstLine(test.Everything));
    }

    private static async Task<(Check, string)> CatchAsync(Deployment deployment)
    {
        if (Policy.Find(deployment).FirstOrDefault() is { } policy)
            return (Check.Policy, policy);
        var contract = await Contract.FindAsync(deployment);
        return contract.Count > 0 ? (Check.Contract, contract[0]) : (Check.None, "");
    }

    private static async Task<string?> FindParameterAsync(string bicep, string terraform)
    {
        var build = await Bicep.RunAsync(bicep, "build", "main.bicep", "--stdout");
        return Parameters.Find(JsonNode.Parse(build.Output)!, await File.ReadAllTextAsync(Path.Combine(terraform, "variables.tf"))).FirstOrDefault();
    }

    private static string FirstLine(string text) =>
        text.Split('\n').FirstOrDefault(line => Complaints.Any(complaint => line.Contains(complaint, StringComparison.Ordinal))) is { } line
            ? line[..Math.Min(line.Length, 200)] : text;
}
