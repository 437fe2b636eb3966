using System.Text.Json.Nodes;
using Dragoman.Infra.Tests.Checks;
using Dragoman.Infra.Tests.Model;
using Dragoman.Infra.Tests.Tools;

namespace Dragoman.Infra.Tests;

/// <summary>The templates of both languages, checked without Azure.</summary>
[Collection(TerraformCollection.Name)]
public class TemplateTests(Terraform terraform)
{
    public static TheoryData<string> Sizes => [.. Deployment.Sizes];

    public static TheoryData<string> BicepParameterFiles => [.. Deployment.Sizes, "main"];

    [SkippableTheory]
    [MemberData(nameof(BicepParameterFiles))]
    public async Task Bicep_compiles_without_a_line_of_complaint(string parameters)
    {
        Skip.If(Bicep.Missing is not null, Bicep.Missing);

        var lint = await Bicep.RunAsync(Path.Combine(Repository.Infra, "bicep"), "lint", $"{parameters}.bicepparam");

        // The status is 0 with wrong properties too.
        Assert.Equal("", lint.Everything);
        Assert.Equal(0, lint.Status);
    }

    [SkippableFact]
    public async Task Bicep_is_formatted()
    {
        Skip.If(Bicep.Missing is not null, Bicep.Missing);
        using var copy = new Templates();

        // It has no check: it rewrites the files, of which this is a copy.
        var templates = await Bicep.RunAsync(copy.Bicep, "format", "--pattern", "./**/*.bicep");
        var parameters = await Bicep.RunAsync(copy.Bicep, "format", "--pattern", "./*.bicepparam");

        Assert.True(templates.Status == 0 && parameters.Status == 0, templates.Everything + parameters.Everything);
        var source = Path.Combine(Repository.Infra, "bicep");
        AssertNone(from file in Directory.EnumerateFiles(source, "*.bicep*", SearchOption.AllDirectories)
                   let path = Path.GetRelativePath(source, file)
                   where File.ReadAllText(file) != File.ReadAllText(Path.Combine(copy.Bicep, path))
                   select $"{path} is not formatted: bicep format {path}");
    }

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    public async Task A_bicep_snapshot_is_up_to_date(string size)
    {
        Skip.If(Bicep.Missing is not null, Bicep.Missing);
        using var copy = new Templates();

        var result = await Bicep.RunAsync(copy.Bicep, Bicep.SnapshotArguments(size, "validate"));

        Assert.True(result.Status == 0, $"{result.Everything}\nIf the change is meant: bicep {string.Join(' ', Bicep.SnapshotArguments(size, "overwrite"))}");
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task What_bicep_makes_follows_the_policy_and_fits_the_code(string size)
    {
        var deployment = new Deployment(size, await BicepPlan.ReadAsync(SnapshotOf(size)));

        AssertNone(Policy.Find(deployment).Concat(await Contract.FindAsync(deployment)));
    }

    /// <summary>People put the secrets into the vault between the two stages. Terraform's own tests have the same.</summary>
    [SkippableFact]
    public async Task The_foundation_has_the_vault_and_the_ledger_but_no_process()
    {
        Skip.If(Bicep.Missing is not null, Bicep.Missing);
        using var copy = new Templates();
        copy.Replace("bicep/team.bicepparam", "readEnvironmentVariable('DEPLOY_STAGE', 'all')", "'foundation'");

        var result = await Bicep.RunAsync(copy.Bicep, Bicep.SnapshotArguments("team", "overwrite"));

        Assert.Equal("", result.Errors);
        var types = (await BicepPlan.ReadAsync(Path.Combine(copy.Bicep, "team.snapshot.json"))).Select(resource => resource.Type).ToHashSet();
        Assert.Contains("Microsoft.KeyVault/vaults", types);
        Assert.Contains("Microsoft.Storage/storageAccounts", types);
        Assert.DoesNotContain(types, type => type.StartsWith("Microsoft.App/", StringComparison.Ordinal) || type.StartsWith("Microsoft.Web/", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Terraform_is_formatted()
    {
        Skip.If(terraform.Missing is not null, terraform.Missing);

        var result = await terraform.RunAsync(Path.Combine(Repository.Infra, "terraform"), "fmt", "-check", "-recursive", "-diff");

        Assert.True(result.Status == 0, result.Everything);
    }

    [SkippableFact]
    public async Task Terraforms_own_tests_pass()
    {
        Skip.If(terraform.Missing is not null, terraform.Missing);
        using var copy = new Templates();
        await terraform.RunAsync(copy.Terraform, "init", "-backend=false", "-input=false");

        var validation = await terraform.RunAsync(copy.Terraform, "validate");
        var test = await terraform.RunAsync(copy.Terraform, "test");

        Assert.True(validation.Status == 0, validation.Everything);
        Assert.True(test.Status == 0, test.Everything);
    }

    /// <summary>Every folder by itself, also those that no size uses.</summary>
    [SkippableFact]
    public async Task The_stand_ins_own_check_of_terraform_passes()
    {
        Skip.If(terraform.Missing is not null, terraform.Missing);
        Skip.If(Terraform.InfraCheck is null, "there are no stand-ins for the providers: neither INFRA_CHECK nor shared/infra-check");
        using var copy = new Templates();

        var check = await Command.RunAsync("bash", [Path.Combine(Terraform.InfraCheck!, "check.sh"), copy.Terraform], copy.Terraform);

        Assert.True(check.Status == 0, check.Everything);
    }

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    public async Task What_terraform_makes_follows_the_policy_and_fits_the_code(string size)
    {
        Skip.If(terraform.Missing is not null, terraform.Missing);
        using var copy = new Templates();
        var unread = new List<string>();

        var deployment = new Deployment(size, await TerraformPlan.ReadAsync(terraform, copy.Terraform, size, unread));

        AssertNone(unread.Concat(Policy.Find(deployment)).Concat(await Contract.FindAsync(deployment)));
    }

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    public async Task Both_languages_make_the_same(string size)
    {
        Skip.If(terraform.Missing is not null, terraform.Missing);
        using var copy = new Templates();

        var bicep = new Deployment(size, await BicepPlan.ReadAsync(SnapshotOf(size)));
        var other = new Deployment(size, await TerraformPlan.ReadAsync(terraform, copy.Terraform, size, []));

        AssertNone(Parity.Find(bicep, other));
    }

    [SkippableFact]
    public async Task Both_languages_have_the_same_parameters()
    {
        Skip.If(Bicep.Missing is not null, Bicep.Missing);

        var build = await Bicep.RunAsync(Path.Combine(Repository.Infra, "bicep"), "build", "main.bicep", "--stdout");

        AssertNone(Parameters.Find(JsonNode.Parse(build.Output)!, await File.ReadAllTextAsync(Path.Combine(Repository.Infra, "terraform/variables.tf"))));
    }

    /// <summary>The snapshot in the repository, of which a test says that it is up to date.</summary>
    private static string SnapshotOf(string size) => Path.Combine(Repository.Infra, "bicep", $"{size}.snapshot.json");

    private static void AssertNone(IEnumerable<string> complaints)
    {
        var all = complaints.ToList();
        Assert.True(all.Count == 0, string.Join('\n', all));
    }
}
