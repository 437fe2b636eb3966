namespace Dragoman.Cli.Tests;

/// <summary><c>budget</c>, and the options that set budgets elsewhere.</summary>
public sealed class BudgetTests : IDisposable
{
    private readonly CliUnderTest cli = new();

    public void Dispose() => cli.Dispose();

    [Fact]
    public async Task Budgets_of_everybody_are_set_shown_and_cleared()
    {
        await cli.DoAsync("team", "create", "web", "--budget-month", "100.5", "--user-budget-day", "2", "--time-zone", "Europe/Berlin");
        await cli.DoAsync("user", "create", "ann", "--team", "web");
        var (key, _) = await cli.CreateKeyAsync("--team", "web", "--user", "ann");
        await cli.DoAsync("budget", "set", "--organization", "--total", "5000");
        await cli.DoAsync("budget", "set", "--team", "web", "--week", "40");
        await cli.DoAsync("budget", "set", "--team", "web", "--user", "ann", "--day", "0.25");
        await cli.DoAsync("budget", "set", "--key", key, "--total", "3");

        var shown = (await cli.DoAsync("budget", "show", "--key", key, "--json")).Json.GetProperty("budgets").EnumerateArray()
            .Select(budget => $"{budget.GetProperty("scope").GetString()} {budget.GetProperty("id").GetString()} {budget.GetProperty("period").GetString()} {budget.GetProperty("limit").GetRawText()}");
        Assert.Equal(["organization organization total 5000", "team web week 40", "team web month 100.5", "user web/ann day 0.25", $"key {key} total 3"], shown);
        var table = (await cli.DoAsync("budget", "show", "--team", "web", "--user", "bob")).Output;
        Assert.Matches(@"(?m)^user +web/bob +web +day +2 +0 +0 +2 +\d{4}-", table);

        await cli.DoAsync("budget", "set", "--team", "web", "--clear", "week", "--clear", "month");
        Assert.DoesNotContain("team", (await cli.DoAsync("budget", "show", "--team", "web")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Budgets_of_a_tag_are_set_shown_and_cleared()
    {
        await cli.DoAsync("team", "create", "web");
        await cli.DoAsync("budget", "set", "--organization", "--tag", "project=x/y z", "--month", "300");
        await cli.DoAsync("budget", "set", "--team", "web", "--tag", "project=x/y z", "--day", "5", "--week", "20");
        var table = (await cli.DoAsync("budget", "show", "--team", "web", "--tag", "project=x/y z")).Output;
        Assert.Matches(@"(?m)^tag +project=x/y z +[^ ]? *month +300 ", table);
        Assert.Matches(@"(?m)^tag +project=x/y z +web +day +5 ", table);
        Assert.Matches(@"(?m)^tag +project=x/y z +web +week +20 ", table);
        await cli.DoAsync("budget", "set", "--team", "web", "--tag", "project=x/y z", "--clear", "day", "--clear", "week");
        Assert.DoesNotContain("web", (await cli.DoAsync("budget", "show", "--team", "web", "--tag", "project=x/y z")).Output, StringComparison.Ordinal);

        var wrong = await cli.RunAsync(["budget", "set", "--team", "web", "--tag", "project=x", "--day", "5000000"]);
        Assert.Contains("--day \"5000000\"", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Budgets_warn_from_a_part_of_them()
    {
        await cli.DoAsync("team", "create", "web", "--budget-month", "5", "--budget-warn-at", "0.5", "--user-budget-day", "1", "--user-budget-warn-at", "0.9");
        await cli.DoAsync("budget", "set", "--team", "web", "--tag", "a=b", "--day", "1", "--warn-at", "1");
        await cli.DoAsync("budget", "set", "--team", "web", "--warn-at", "0.75");
        var team = (await cli.DoAsync("team", "show", "web", "--json")).Json;
        Assert.Equal("0.75", team.GetProperty("budgets").GetProperty("warnAt").GetRawText());
        Assert.Equal("0.9", team.GetProperty("userBudgets").GetProperty("warnAt").GetRawText());
        Assert.Equal("1", team.GetProperty("tagBudgets").GetProperty("a=b").GetProperty("warnAt").GetRawText());
    }

    [Theory]
    [InlineData("--team", "web", "--month", "3", "--warn-at", "80%")]
    [InlineData("--team", "web", "--month", "3", "--warn-at", "80")]
    [InlineData("--tag", "project=x", "--month", "3")]
    [InlineData("--team", "web", "--user", "ann", "--tag", "project=x", "--month", "3")]
    [InlineData("--month", "3")]
    [InlineData("--user", "ann", "--month", "3")]
    [InlineData("--team", "web", "--organization", "--month", "3")]
    [InlineData("--team", "web", "--key", "AbCdEfGhIjKl", "--month", "3")]
    [InlineData("--team", "web")]
    [InlineData("--team", "a/b", "--month", "3")]
    [InlineData("--team", "web", "--month", "3,5")]
    [InlineData("--team", "web", "--month", "-3")]
    public async Task What_is_not_clear_changes_nothing(params string[] arguments)
    {
        await cli.DoAsync("team", "create", "web");
        var result = await cli.RunAsync(["budget", "set", .. arguments]);
        Assert.Equal(ExitCode.Usage, result.Code);
        Assert.NotEmpty(result.Error);
        Assert.DoesNotContain("web", (await cli.DoAsync("budget", "show", "--team", "web")).Output, StringComparison.Ordinal);
    }
}
