using System.Runtime.Versioning;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Cli.Tests;

public sealed class LoginTests : IAsyncLifetime, IDisposable
{
    private const string Secret = "dgm_sentinel0123456789";

    private readonly CliUnderTest cli = new();
    private readonly InstantClock clock = new();
    private readonly Queue<(int Status, string Body)> tokens = new();
    private readonly List<Dictionary<string, string>> forms = [];
    private ScriptedServer issuer = null!;
    private ScriptedServer gateway = null!;

    public async Task InitializeAsync()
    {
        cli.Clock = clock;
        issuer = await ScriptedServer.StartAsync(AnswerAsIssuerAsync);
        gateway = await ScriptedServer.StartAsync(http => http.Request.Headers.Authorization == "Bearer wrong"
            ? ScriptedServer.WriteAsync(http, 401, """{"detail":"The caller is not known."}""")
            : ScriptedServer.WriteAsync(http, 200, """{"kind":"token","team":"web","user":"anna"}"""));
        cli.Environment["DRAGOMAN_URL"] = gateway.Address;
    }

    public async Task DisposeAsync()
    {
        await issuer.DisposeAsync();
        await gateway.DisposeAsync();
    }

    public void Dispose() => cli.Dispose();

    [Fact]
    public async Task A_key_from_standard_input_is_kept_and_used()
    {
        var login = await cli.RunAsync(Secret + "\n", CancellationToken.None, "login", "--key", "-");
        Assert.Equal(0, login.Code);
        await cli.DoAsync("whoami");
        Assert.All(gateway.Requests, request => Assert.Equal("Bearer " + Secret, request.Credential));
        cli.Environment["DRAGOMAN_KEY"] = "another";
        await cli.DoAsync("whoami");
        Assert.Equal("Bearer another", gateway.Requests.Last().Credential);
        cli.Environment.Remove("DRAGOMAN_KEY");

        await cli.DoAsync("logout");
        Assert.Equal($"There is no login at {gateway.Address}.\n", (await cli.DoAsync("logout")).Error);
        await cli.DoAsync("whoami");
        Assert.Null(gateway.Requests.Last().Credential);
        Assert.All(cli.Results, result => Assert.DoesNotContain(Secret, result.Output + result.Error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words and \u0007")]
    [InlineData("wrong")]
    public async Task A_wrong_key_is_not_kept(string input)
    {
        var login = await cli.RunAsync(input, CancellationToken.None, "login", "--key", "-");
        Assert.Equal(input == "wrong" ? 3 : 2, login.Code);
        Assert.False(File.Exists(cli.File("config/dragoman/credentials.json")));
        Assert.DoesNotContain("two words", login.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    [UnsupportedOSPlatform("windows")]
    public async Task Only_the_owner_may_read_the_file()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no modes of files.");
        await cli.RunAsync(Secret, CancellationToken.None, "login", "--key", "-");
        var file = cli.File("config/dragoman/credentials.json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(file)!));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(file)!));

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var refused = await cli.RunAsync("whoami");
        Assert.Equal(2, refused.Code);
        Assert.Contains("chmod 600", refused.Error, StringComparison.Ordinal);

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(file, $"{{ \"{Secret}");
        var broken = await cli.RunAsync("whoami");
        Assert.Equal(2, broken.Code);
        Assert.DoesNotContain(Secret, broken.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    [UnsupportedOSPlatform("windows")]
    public async Task The_keyring_is_used_where_there_is_one()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The stand-in is that of Linux's tool.");
        Directory.CreateDirectory(cli.File("bin"));
        var tool = cli.File("bin/secret-tool");
        await File.WriteAllTextAsync(tool, $"#!/bin/sh\necho \"$@\" >>'{cli.File("calls")}'\ncase $1 in\nstore) cat >'{cli.File("ring")}' ;;\nlookup) [ -f '{cli.File("ring")}' ] && cat '{cli.File("ring")}' ;;\nclear) rm '{cli.File("ring")}' ;;\nesac\n");
        File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        cli.Environment["PATH"] = cli.File("bin");
        cli.Environment["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nowhere";
        var login = await cli.RunAsync(Secret, CancellationToken.None, "login", "--key", "-");
        Assert.Contains("keyring", login.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(cli.File("config")));
        await cli.DoAsync("whoami");
        Assert.Equal("Bearer " + Secret, gateway.Requests.Last().Credential);
        Assert.DoesNotContain(Secret, await File.ReadAllTextAsync(cli.File("calls")), StringComparison.Ordinal);
        Assert.Contains("Logged out", (await cli.DoAsync("logout")).Error, StringComparison.Ordinal);
        Assert.False(File.Exists(cli.File("ring")));

        await File.WriteAllTextAsync(tool, "#!/bin/sh\nexit 1\n");
        login = await cli.RunAsync(Secret, CancellationToken.None, "login", "--key", "-");
        Assert.Contains("credentials.json", login.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_logs_in_when_somebody_approves()
    {
        tokens.Enqueue((400, """{"error":"authorization_pending"}"""));
        tokens.Enqueue((400, """{"error":"slow_down"}"""));
        tokens.Enqueue((503, "busy"));
        tokens.Enqueue((200, """{"access_token":"first","token_type":"Bearer","expires_in":3600,"refresh_token":"renew-me"}"""));
        var login = await cli.RunAsync("login", "--issuer", issuer.Address + "/tenant/", "--client-id", "app", "--scope", "api offline_access");
        Assert.Equal(0, login.Code);
        Assert.Contains($"Open {issuer.Address}/device and enter the code ABCD-EFGH.", login.Error, StringComparison.Ordinal);
        Assert.Equal([2, 2, 7, 14], clock.Pauses.Select(pause => (int)pause.TotalSeconds));
        Assert.Equal("api offline_access", forms[0]["scope"]);
        Assert.Equal("the-device", forms[1]["device_code"]);
        Assert.Equal("Bearer first", gateway.Requests.Last().Credential);

        await cli.DoAsync("whoami");
        Assert.Equal("Bearer first", gateway.Requests.Last().Credential);
        clock.Advance(TimeSpan.FromMinutes(59.5));
        tokens.Enqueue((200, """{"access_token":"second","token_type":"Bearer","expires_in":"3600"}"""));
        await cli.DoAsync("whoami");
        Assert.Equal("Bearer second", gateway.Requests.Last().Credential);
        Assert.Equal("renew-me", forms[^1]["refresh_token"]);

        clock.Advance(TimeSpan.FromHours(2));
        tokens.Enqueue((400, """{"error":"invalid_grant"}"""));
        var ended = await cli.RunAsync("whoami");
        Assert.Equal(3, ended.Code);
        Assert.Contains("log in again", ended.Error, StringComparison.Ordinal);
        Assert.All(cli.Results, result => Assert.DoesNotContain("renew-me", result.Error + result.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_login_without_renewal_ends()
    {
        tokens.Enqueue((200, """{"access_token":"first","expires_in":60}"""));
        await cli.DoAsync("login", "--issuer", issuer.Address + "/tenant", "--client-id", "app");
        Assert.False(forms[0].ContainsKey("scope"));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(3, (await cli.RunAsync("whoami")).Code);
    }

    [Theory]
    [InlineData(400, """{"error":"access_denied"}""", 3, "denied")]
    [InlineData(400, """{"error":"expired_token"}""", 3, "in time")]
    [InlineData(401, """{"error":"invalid_client","error_description":"No such app."}""", 3, "No such app.")]
    [InlineData(200, """{"token_type":"Bearer"}""", 1, "access_token")]
    [InlineData(200, """{"access_token":"line\nend"}""", 1, "access_token")]
    [InlineData(200, "<html>", 1, "access_token")]
    public async Task A_login_that_fails_keeps_nothing(int status, string body, int code, string expected)
    {
        tokens.Enqueue((status, body));
        var login = await cli.RunAsync("login", "--issuer", issuer.Address + "/tenant", "--client-id", "app");
        Assert.Equal(code, login.Code);
        Assert.Contains(expected, login.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(cli.File("config/dragoman/credentials.json")));
    }

    [Fact]
    public async Task Nobody_waits_longer_than_the_code_lives()
    {
        for (var question = 0; question < 100; question++)
            tokens.Enqueue((400, """{"error":"authorization_pending"}"""));
        var login = await cli.RunAsync("login", "--issuer", issuer.Address + "/tenant", "--client-id", "app");
        Assert.Equal(3, login.Code);
        Assert.Equal(TimeSpan.FromSeconds(60), clock.Pauses.Aggregate((sum, pause) => sum + pause));
    }

    [Fact]
    public async Task An_issuer_without_this_login_is_told()
    {
        var login = await cli.RunAsync("login", "--issuer", issuer.Address + "/plain", "--client-id", "app");
        Assert.Equal(1, login.Code);
        Assert.Contains("device_authorization_endpoint", login.Error, StringComparison.Ordinal);
        login = await cli.RunAsync("login", "--issuer", issuer.Address + "/nothing", "--client-id", "app");
        Assert.Contains("is no OpenID configuration (status 404)", login.Error, StringComparison.Ordinal);
    }

    private async Task AnswerAsIssuerAsync(HttpContext http)
    {
        switch (http.Request.Path.Value)
        {
            case "/tenant/.well-known/openid-configuration":
                await ScriptedServer.WriteAsync(http, 200, $$"""{"issuer":"x","device_authorization_endpoint":"{{issuer.Address}}/devicecode","token_endpoint":"{{issuer.Address}}/token"}""");
                break;
            case "/plain/.well-known/openid-configuration":
                await ScriptedServer.WriteAsync(http, 200, """{"issuer":"x","device_authorization_endpoint":"http://example.com/devicecode"}""");
                break;
            case "/devicecode":
                await RememberAsync(http);
                await ScriptedServer.WriteAsync(http, 200, JsonSerializer.Serialize(new Dictionary<string, object>
                {
                    ["device_code"] = "the-device",
                    ["user_code"] = "ABCD-EFGH",
                    ["verification_uri"] = issuer.Address + "/device",
                    ["expires_in"] = 60,
                    ["interval"] = 2,
                }));
                break;
            case "/token":
                await RememberAsync(http);
                var (status, body) = tokens.Dequeue();
                await ScriptedServer.WriteAsync(http, status, body);
                break;
            default:
                http.Response.StatusCode = 404;
                break;
        }
    }

    private async Task RememberAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        forms.Add(form.ToDictionary(field => field.Key, field => field.Value.ToString()));
    }
}
