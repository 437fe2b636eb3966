namespace Dragoman.Cli.Tests;

/// <summary>What is wrong is told, with what is allowed, and with exit code 2.</summary>
public sealed class UsageTests : IDisposable
{
    private readonly CliUnderTest cli = new();

    public void Dispose() => cli.Dispose();

    [Theory]
    [InlineData("", "dragoman needs a command; allowed: team, key")]
    [InlineData("team", "dragoman team needs a command; allowed: create, list")]
    [InlineData("tem list", "did you mean team?")]
    [InlineData("team list --limt 3", "did you mean --limit?")]
    [InlineData("team create", "'TEAM' missing")]
    [InlineData("team create a b", "argument \"b\" is not known")]
    [InlineData("team create Web", "TEAM: must have")]
    [InlineData("team show ../keys", "TEAM \"../keys\": is no id")]
    [InlineData("user show .. --team web", "USER \"..\": is no id")]
    [InlineData("user delete anna --team ../web", "--team \"../web\": is no id")]
    [InlineData("user show anna", "--team")]
    [InlineData("team set web", "nothing to change")]
    [InlineData("team set web --clear nam", "did you mean name?")]
    [InlineData("team set web --disable --enable", "together")]
    [InlineData("team set web --clear name --name x", "--clear name and --name are given together")]
    [InlineData("team set web --tag b=2 --clear tags", "--clear tags and --tag are given together")]
    [InlineData("team set web --clear disabled --enable", "--clear disabled and --enable are given together")]
    [InlineData("team create web --requests-per-minute many", "--requests-per-minute \"many\": must be a whole number")]
    [InlineData("team create web --requests-per-minute 0", "--requests-per-minute \"0\": must be a whole number from 1")]
    [InlineData("team create web --user-tokens-per-minute -1", "--user-tokens-per-minute \"-1\": must be a whole number from 1")]
    [InlineData("team create web --allow-model ok --allow-network nowhere", "--allow-network \"nowhere\": ")]
    [InlineData("team create web --tag nothing", "--tag \"nothing\": must be NAME=VALUE")]
    [InlineData("user create anna --team web --role boss", "--role \"boss\": is no role")]
    [InlineData("key create", "--team: is required")]
    [InlineData("key create --team web --expires soon", "--expires \"soon\": must be a duration")]
    [InlineData("key create --team web --expires 2001-01-01", "--expires \"2001-01-01\": must be after now")]
    [InlineData("key create --team web --expires 99999999999d", "--expires")]
    [InlineData("key rotate AbCdEfGhIjKl --keep-old long", "--keep-old \"long\": must be a duration")]
    [InlineData("team list --limit 0", "--limit: must be a whole number")]
    [InlineData("team list --all --limit 3", "together")]
    [InlineData("limits show", "--key: is required, unless team is given")]
    [InlineData("team list --store mysql:x", "--store: a store is sqlite:PATH")]
    [InlineData("team list --store env:NOT_SET", "--store: environment variable NOT_SET is not set")]
    [InlineData("team list --store sqlite:x --url http://127.0.0.1", "together")]
    [InlineData("team list --url http://example.com", "allowed: https")]
    [InlineData("team list --url ftp://example.com", "--url: is no address")]
    [InlineData("team list --url https://example.com/?key=x", "query")]
    [InlineData("models", "give its address with --url or DRAGOMAN_URL")]
    [InlineData("requests tail", "give its address with --url or DRAGOMAN_URL")]
    [InlineData("login --key -", "needs the address")]
    [InlineData("login --url http://127.0.0.1", "either --key - or --issuer")]
    [InlineData("login --url http://127.0.0.1 --issuer https://x", "--client-id")]
    [InlineData("login --url http://127.0.0.1 --issuer http://example.com --client-id x", "--issuer: must be an https address")]
    [InlineData("login --url http://127.0.0.1 --key secret", "--key: must be -")]
    [InlineData("completion cmd", "allowed: bash, zsh, fish, pwsh")]
    public async Task A_mistake_is_explained(string line, string expected)
    {
        var result = await cli.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Equal((2, ""), (result.Code, result.Output));
    }

    [Fact]
    public async Task An_unknown_variable_is_a_mistake()
    {
        cli.Environment["DRAGOMAN_" + "URI"] = "https://example.com";
        var result = await cli.RunAsync("team", "list");
        Assert.Equal(2, result.Code);
        Assert.Contains("did you mean DRAGOMAN_URL?", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, "team show none")]
    [InlineData(5, "key show AbCdEfGhIjKl")]
    [InlineData(5, "key create --team none")]
    [InlineData(5, "user show anna --team none")]
    [InlineData(6, "team create web")]
    [InlineData(6, "team delete web")]
    public async Task The_exit_code_tells_what_happened(int code, string line)
    {
        await cli.DoAsync("team", "create", "web");
        await cli.CreateKeyAsync("--team", "web");
        Assert.Equal(code, (await cli.RunAsync(line.Split(' '))).Code);
    }

    [Fact]
    public async Task An_interruption_has_its_own_exit_code()
    {
        using var interruption = new CancellationTokenSource();
        await interruption.CancelAsync();
        Assert.Equal(130, (await cli.RunAsync("", interruption.Token, "team", "list")).Code);
    }
}
