using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.FrontDoor;

public class NginxFilesTests
{
    public static TheoryData<string, string, string> Deployments => new()
    {
        { "small", "", "" },
        { "full", "127.0.0.1:7071", "" },
        { "full with a scheme", "http://127.0.0.1:7071/", "" },
        { "full with several functions", "127.0.0.1:7071,http://127.0.0.1:7072", "" },
        { "cloud", "https://localhost", "key-with_signs==" },
        { "cloud on another port", "https://localhost:8443", "k" },
    };

    [Theory]
    [MemberData(nameof(Deployments))]
    public async Task Nginx_accepts_the_files_without_a_warning(string deployment, string functions, string functionsKey)
    {
        var (exitCode, output) = await NginxFrontDoor.CheckAsync(new Dictionary<string, string?>
        {
            ["DRAGOMAN_NGINX_LISTEN"] = "127.0.0.1:1",
            ["DRAGOMAN_FUNCTIONS"] = functions,
            ["DRAGOMAN_FUNCTIONS_KEY"] = functionsKey,
        });

        Assert.True(exitCode == 0, $"{deployment}: {output}");
        Assert.DoesNotContain("[warn]", output, StringComparison.Ordinal);
        Assert.Contains("test is successful", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DRAGOMAN_NGINX_LISTEN", "127.0.0.1:1; }")]
    [InlineData("DRAGOMAN_FUNCTIONS_KEY", "a\"b")]
    [InlineData("DRAGOMAN_SIDECAR", "a b")]
    [InlineData("DRAGOMAN_NGINX_RUN", "/tmp/a\nb")]
    [InlineData("DRAGOMAN_ACCESS_LOG", "/tmp/$host.log")]
    public async Task A_value_that_could_change_the_files_is_refused_by_name(string variable, string value)
    {
        using var target = new ScratchDirectory();

        var (exitCode, output) = await NginxFrontDoor.TryRenderAsync(target.Path, new Dictionary<string, string?> { [variable] = value });

        Assert.Equal(2, exitCode);
        Assert.Contains(variable, output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(target.Path));
    }

    [Theory]
    [InlineData("DRAGOMAN_FUNCTIONS", "https://a,https://b", "names 2 servers of https")]
    [InlineData("DRAGOMAN_FUNCTIONS", "http://a,https://b", "have to be alike")]
    [InlineData("DRAGOMAN_FUNCTIONS", "a,b,c,d,e,f,g,h,i", "up to 8")]
    [InlineData("DRAGOMAN_FUNCTIONS", ",", "no server")]
    [InlineData("DRAGOMAN_LARGE_BODIES", "1", "2 to 65535")]
    [InlineData("DRAGOMAN_LARGE_BODIES", "65536", "2 to 65535")]
    [InlineData("DRAGOMAN_LARGE_BODIES", "8g", "2 to 65535")]
    [InlineData("DRAGOMAN_CLIENT_REQUESTS", "0", "1 to 65535")]
    [InlineData("DRAGOMAN_CLIENT_REQUESTS", "65536", "1 to 65535")]
    [InlineData("DRAGOMAN_CLIENT_REQUESTS", "ten", "1 to 65535")]
    [InlineData("DRAGOMAN_ALLOW_OPEN_NETWORK", "yes", "true and false")]
    [InlineData("DRAGOMAN__access__mode", "key", "open, keys, jwt and both")]
    public async Task A_value_that_makes_no_sense_is_refused_with_what_is_allowed(string variable, string value, string allowed)
    {
        using var target = new ScratchDirectory();

        var (exitCode, output) = await NginxFrontDoor.TryRenderAsync(target.Path, new Dictionary<string, string?> { [variable] = value });

        Assert.Equal(2, exitCode);
        Assert.Contains(variable, output, StringComparison.Ordinal);
        Assert.Contains(allowed, output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(target.Path));
    }

    [Fact]
    public async Task The_function_key_is_readable_by_its_owner_only()
    {
        using var target = new ScratchDirectory();

        await NginxFrontDoor.TryRenderAsync(
            target.Path, new Dictionary<string, string?> { ["DRAGOMAN_FUNCTIONS"] = "https://localhost", ["DRAGOMAN_FUNCTIONS_KEY"] = "secret-key" });

        var holder = Assert.Single(Directory.GetFiles(target.Path), file => File.ReadAllText(file).Contains("secret-key", StringComparison.Ordinal));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(holder));
    }

    [Fact]
    public async Task Nginx_ends_cleanly_on_sigterm()
    {
        await using var stack = await DoorWithUpstreams.StartAsync();

        Assert.Equal(0, await stack.Door.TerminateAsync());
        Assert.False(await FreePort.AnswersAsync(stack.Door.Port));
    }

    [Fact]
    public async Task A_low_limit_of_files_is_told_with_what_it_is_enough_for()
    {
        using var target = new ScratchDirectory();

        var (exitCode, output) = await RunWithFilesAsync(1024, Path.Combine(Repository.Root, "nginx", "render.sh"), target.Path, "DRAGOMAN_WORKERS=2");

        Assert.Equal(0, exitCode);
        Assert.Contains("an nginx worker may open 1024 files, enough for about 974 streams at once with 2 of them", output, StringComparison.Ordinal);
        Assert.Contains("worker_connections 1024;", await File.ReadAllTextAsync(target.File("nginx.conf")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_that_the_operator_chose_are_not_commented_on()
    {
        using var target = new ScratchDirectory();

        var (exitCode, output) = await RunWithFilesAsync(1024, Path.Combine(Repository.Root, "nginx", "render.sh"), target.Path, "DRAGOMAN_WORKER_CONNECTIONS=512");

        Assert.Equal(0, exitCode);
        Assert.Equal("", output);
    }

    private static Task<(int ExitCode, string Output)> RunWithFilesAsync(int files, string script, string target, string setting) =>
        RunningProcess.RunAsync("/bin/sh", ["-c", $"ulimit -n {files} && exec env \"$2\" \"$0\" \"$1\"", script, target, setting]);
}
