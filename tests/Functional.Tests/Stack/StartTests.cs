using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Stack;

/// <summary>How the executables start, and which messages they print when they cannot.</summary>
public sealed class StartTests : IDisposable
{
    private const string Options = "allowed: --config FILE, --health, --help, --listen ADDRESS, --port N, --providers, --version";
    private const string Variables = "allowed: those that --help lists, and DRAGOMAN__path__of__a__member for the configuration";

    private readonly ScratchDirectory directory = new();

    public static TheoryData<string> Executables => ["emulator", "functions", "sidecar"];

    public void Dispose()
    {
        foreach (var shut in Directory.GetDirectories(directory.Path))
            File.SetUnixFileMode(shut, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        directory.Dispose();
    }

    [Theory]
    [MemberData(nameof(Executables))]
    public async Task Help_is_a_page_of_its_own(string name)
    {
        // Help is printed whatever else is wrong.
        var (code, page) = await RunAsync(name, ["--help", "--nope"], new() { ["DRAGOMAN_NOPE"] = "1", [DragomanProcess.PortVariable(name)] = "x" });

        Assert.Equal(0, code);
        Assert.StartsWith($"NAME\n  dragoman-{name} - ", page, StringComparison.Ordinal);
        foreach (var part in new[] { "\nSYNOPSIS\n", "\nOPTIONS\n", "\nVARIABLES\n", "\nEXIT CODES\n", "--port N", "--listen ADDRESS", "--version", DragomanProcess.PortVariable(name) })
            Assert.Contains(part, page, StringComparison.Ordinal);
        Assert.Equal(name != "emulator", page.Contains("--config FILE", StringComparison.Ordinal));
        Assert.DoesNotContain(page.Split('\n'), line => line.Length > 100);
    }

    [Theory]
    [MemberData(nameof(Executables))]
    public async Task The_version_is_a_line(string name)
    {
        var (code, line) = await RunAsync(name, ["--version"]);

        Assert.Equal(0, code);
        Assert.Matches($@"^dragoman-{name} \d+\.\d+\.\d+$", line);
    }

    [Theory]
    [MemberData(nameof(Executables))]
    public async Task An_argument_wins_over_a_variable(string name)
    {
        var port = FreePort.Find();
        await using var process = RunningProcess.Start(
            Repository.Executable(name), [$"--port={port}", "--listen", "127.0.0.2"],
            new Dictionary<string, string?> { [DragomanProcess.PortVariable(name)] = "1", ["DRAGOMAN_LISTEN"] = "127.0.0.3", }, directory.Path);

        await process.LineAsync(new Regex($@"^dragoman-{name} listening on http://127\.0\.0\.2:{port}$"));
    }

    [Fact]
    public async Task The_file_of_an_argument_wins_over_that_of_a_variable_and_a_variable_over_the_file()
    {
        await File.WriteAllTextAsync(directory.File("a.json"), """{"limits":{"requestBytes":7},"surprise":1}""");
        var (code, output) = await RunAsync("sidecar", ["--config", "a.json"], new() { ["DRAGOMAN_CONFIG"] = "nope.json", ["DRAGOMAN__limits__requestBytes"] = "x" });

        Assert.Equal(2, code);
        Assert.Equal(
            "dragoman-sidecar: a.json: /surprise is not known; allowed: providers, models, access, limits, store, prices, budgets, answers, identity, keyVault\n"
            + "dragoman-sidecar: environment variable DRAGOMAN__limits__requestBytes: /limits/requestBytes must be a whole number above 0",
            output);
    }

    public static TheoryData<string, string[], string> WrongArguments => new()
    {
        { "sidecar", ["--urls", "http://0.0.0.0:1"], "argument --urls: Dragoman listens on one address; allowed: --listen ADDRESS and --port N" },
        { "functions", ["--prot=1"], $"argument \"--prot\" is not known (did you mean --port?); {Options}" },
        { "sidecar", ["gateway.json"], $"argument \"gateway.json\" belongs to no option; {Options}" },
        { "sidecar", ["--port"], "argument --port needs a value; allowed: --port N" },
        { "sidecar", ["--port", "99999"], "argument --port: \"99999\" is not a port; allowed: 0 to 65535, where 0 takes any free one" },
        { "functions", ["--listen", "localhost"], "argument --listen: \"localhost\" is not an IP address (did you mean 127.0.0.1?); allowed: an IP address; 127.0.0.1 is this machine alone, 0.0.0.0 every network" },
        { "sidecar", ["--config", "nope.json"], "argument --config: \"nope.json\" does not exist" },
        { "sidecar", ["--config", "/"], "argument --config: \"/\" is a directory; allowed: a file" },
        { "sidecar", ["--config", "/dev/zero"], "argument --config: \"/dev/zero\" is too long; allowed: 4194304 bytes" },
        { "sidecar", ["--config", "/dev/null"], "/dev/null: is empty; allowed: a JSON object such as {}" },
        { "emulator", ["--config", "x"], "argument --config: the emulator reads no configuration file; allowed: --port, --listen and --capture" },
        { "emulator", ["--listen", "0.0.0.0"], "argument --listen: the emulator keeps prompts for inspection and serves this machine alone, not 0.0.0.0; allowed: 127.0.0.1 to 127.255.255.254, ::1" },
        { "emulator", ["--capture", "many"], "argument --capture: \"many\" is not a number of requests; allowed: 0 to 1000000" },
        { "emulator", ["--\u001b[31m"], "argument \"--\\u001b[31m\" is not known; allowed: --capture N, --help, --listen ADDRESS, --port N, --version" },
    };

    [Theory]
    [MemberData(nameof(WrongArguments))]
    public async Task A_wrong_argument_is_one_sentence(string name, string[] arguments, string mistake) =>
        Assert.Equal((2, $"dragoman-{name}: {mistake}"), await RunAsync(name, arguments));

    public static TheoryData<string, string, string, string> WrongVariables => new()
    {
        { "sidecar", "ASPNETCORE_HTTP_PORTS", "http", "\"http\" is not a port; allowed: 0 to 65535, where 0 takes any free one" },
        { "sidecar", "DRAGOMAN_CONFIG", "/nope.json", "\"/nope.json\" does not exist" },
        { "sidecar", "DRAGOMAN_LISTEN", "5081", "\"5081\" is not an IP address; allowed: an IP address; 127.0.0.1 is this machine alone, 0.0.0.0 every network" },
        { "functions", "FUNCTIONS_CUSTOMHANDLER_PORT", "-1", "\"-1\" is not a port; allowed: 0 to 65535, where 0 takes any free one" },
        { "sidecar", "DRAGOMAN_EMULATOR_URL", "4755", "must be an http or https URL without user, password, query, fragment and spaces, such as https://api.example.com/v1" },
        { "sidecar", "LMSTUDIO_BASE_URL", "localhost:1234", "must be an http or https URL such as http://127.0.0.1:1234/v1" },
        { "sidecar", "DRAGOMAN__access__mode", "null", "/access/mode \"null\" is not known; allowed: open, keys, jwt, both" },
        { "sidecar", "DRAGOMAN__limits", "{\"requestBytes\":1,\"RequestBytes\":2}", "/limits/RequestBytes is given twice, here and as \"requestBytes\"; allowed: once, in any case" },
        { "sidecar", "DRAGOMAN__limits__", "1", "names no member; allowed: DRAGOMAN__ and the members' names with two underscores between them, such as DRAGOMAN__limits__requestBytes" },
        { "functions", "DRAGOMAN__limit__requestBytes", "1", "/limit is not known (did you mean limits?); allowed: providers, models, access, limits, store, prices, budgets, answers, identity, keyVault" },
    };

    [Theory]
    [MemberData(nameof(WrongVariables))]
    public async Task A_wrong_variable_is_one_sentence(string name, string variable, string value, string mistake) =>
        Assert.Equal((2, $"dragoman-{name}: environment variable {variable}: {mistake}"), await RunAsync(name, [], new() { [variable] = value }));

    [Fact]
    public async Task The_variables_of_the_framework_say_where_to_listen()
    {
        var port = FreePort.Find();
        await using var process = RunningProcess.Start(
            Repository.Executable("sidecar"), [], new Dictionary<string, string?> { ["ASPNETCORE_URLS"] = $"http://127.0.0.2:{port}", ["ASPNETCORE_HTTP_PORTS"] = "1" }, directory.Path);

        await process.LineAsync(new Regex($@"^dragoman-sidecar listening on http://127\.0\.0\.2:{port}$"));
        await process.LineAsync(new Regex("^dragoman-sidecar: ASPNETCORE_HTTP_PORTS=1 has no effect: another variable says where to listen$"));
    }

    [Fact]
    public async Task The_providers_that_are_on_are_a_list()
    {
        Assert.Equal((0, ""), await RunAsync("sidecar", ["--providers"]));
        Assert.Equal(
            (0, "mistral\tmistral\thttps://api.mistral.ai/v1/\nlmstudio\topenai\thttp://127.0.0.1:1234/v1/"),
            await RunAsync("functions", ["--providers"], new() { ["MISTRAL_API_KEY"] = "sentinel", ["LMSTUDIO_BASE_URL"] = "http://127.0.0.1:1234/v1" }));
        Assert.Equal(
            (0, "emulator\tmistral\thttp://127.0.0.1:1/v1/"),
            await RunAsync("sidecar", ["--providers"], new() { ["DRAGOMAN_EMULATOR_URL"] = "http://127.0.0.1:1/v1" }));
        await File.WriteAllTextAsync(directory.File("gateway.json"), """{"providers":{"mine":{"dialect":"anthropic","apiKey":"env:NOPE"}}}""");
        Assert.Equal(2, (await RunAsync("sidecar", ["--providers"])).Code);
    }

    [Fact]
    public async Task A_running_process_can_be_asked_for_its_health()
    {
        await using var sidecar = await DragomanProcess.StartAsync("sidecar", directory.Path);
        string[] question = ["--health", "--port", $"{sidecar.Address.Port}"];
        var serving = await RunAsync("sidecar", question);
        await sidecar.TerminateAsync();

        var (code, line) = await RunAsync("sidecar", question);

        Assert.Equal((0, ""), serving);
        Assert.Equal(1, code);
        Assert.StartsWith($"dragoman-sidecar: http://127.0.0.1:{sidecar.Address.Port}/ready cannot be reached: ", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sidecar", "DRAGOMAN_ACCESS_MODE", "DRAGOMAN__access__mode")]
    [InlineData("sidecar", "DRAGOMAN_PORT", "DRAGOMAN_SIDECAR_PORT")]
    [InlineData("functions", "DRAGOMAN_PORT", "FUNCTIONS_CUSTOMHANDLER_PORT")]
    [InlineData("emulator", "DRAGOMAN_PORT", "DRAGOMAN_EMULATOR_PORT")]
    [InlineData("sidecar", "dragoman_config", "DRAGOMAN_CONFIG")]
    public async Task A_variable_that_nobody_reads_is_one_sentence(string name, string variable, string meant) =>
        Assert.Equal((2, $"dragoman-{name}: environment variable {variable} is not known (did you mean {meant}?); {Variables}"), await RunAsync(name, [], new() { [variable] = "1" }));

    public static TheoryData<string, string> WrongFiles => new()
    {
        { """{"providers":{"p":{"dialect":"mistral"},"P":{"dialect":"mistral"}}}""", "/providers/P is given twice, here and as \"p\"; allowed: once, in any case" },
        { """{"providers":{"p":{"dialect":"mistral","dialect":"openai"}}}""", "/providers/p/dialect is given twice; allowed: once" },
        { """{"providers":{"p":{"dialect":"mistral","apiKey":"file:"}}}""", "/providers/p/apiKey file: needs a path, such as file:/run/secrets/my_key" },
        { """{"providers":{"p":{"dialect":"mistral","apiKey":"env:"}}}""", "/providers/p/apiKey env: needs the name of a variable, such as env:MY_KEY" },
        { """{"providers":{"p":{"dialect":"mistral","apiKey":""}}}""", "/providers/p/apiKey must not be empty; leave it out, or give it a value" },
        { """{"providers":{"a/b":{"dialect":"mistral"}}}""", "/providers/a~1b \"a/b\" is not a provider's name; allowed: up to 80 letters, digits, '_', '.' and '-' of ASCII, the first of them a letter, a digit or '_'" },
        { """{"access":{"mode":null}}""", "/access/mode must not be null; leave it out, or give it a value" },
        { """{"providers":{"p":{"dialect":"mistral"}},"models":{"a":{"provider":"p","model":"m","aliases":["x"]},"b":{"provider":"p","model":"m","aliases":["X:latest"]}}}""", "/models/b/aliases \"X:latest\" is already a name or an alias of \"a\"; allowed: each name once, in any case, with or without :latest" },
        { """{"providers":{"p":{"dialect":"mistral"}},"models":{"a":{"provider":"p","model":"m"},"a:latest":{"provider":"p","model":"m"}}}""", "/models/a:latest is the same name as \"a\"; allowed: each name once, in any case, with or without :latest" },
        { """{'a':1}""", "is not valid JSON at line 1, byte 2: ''' is an invalid start of a property name. Expected a '\"'" },
        { """{"providers":{"p":{"apiKey":sk-sentinel}}}""", "is not valid JSON at line 1, byte 29: 's' is an invalid start of a value" },
    };

    [Theory]
    [MemberData(nameof(WrongFiles))]
    public async Task A_mistake_in_the_file_is_one_sentence(string json, string mistake)
    {
        await File.WriteAllTextAsync(directory.File("gateway.json"), json);

        Assert.Equal((2, $"dragoman-sidecar: gateway.json: {mistake}"), await RunAsync("sidecar", []));
    }

    [Fact]
    public async Task The_usual_file_need_not_be_there_but_if_it_is_it_must_be_readable()
    {
        File.CreateSymbolicLink(directory.File("gateway.json"), "nowhere.json");
        Assert.Equal((2, "dragoman-sidecar: gateway.json: does not exist"), await RunAsync("sidecar", []));
        File.Delete(directory.File("gateway.json"));
        Directory.CreateDirectory(directory.File("gateway.json"));
        Assert.Equal((2, "dragoman-sidecar: gateway.json: is a directory; allowed: a file"), await RunAsync("sidecar", []));
    }

    [Fact]
    public async Task A_file_that_may_not_be_read_is_one_sentence()
    {
        var shut = Directory.CreateDirectory(directory.File("shut")).FullName;
        await File.WriteAllTextAsync(Path.Combine(shut, "inside.json"), "{}");
        await File.WriteAllTextAsync(directory.File("secret"), "{}");
        File.SetUnixFileMode(directory.File("secret"), UnixFileMode.None);
        File.SetUnixFileMode(shut, UnixFileMode.None);

        Assert.Equal((2, "dragoman-sidecar: argument --config: \"secret\" may not be read by the user of this process"), await RunPlainAsync("sidecar", ["--config", "secret"]));
        Assert.Equal((2, "dragoman-sidecar: argument --config: \"shut/inside.json\" may not be read by the user of this process"), await RunPlainAsync("sidecar", ["--config", "shut/inside.json"]));
        Assert.Equal(
            (2, "dragoman-sidecar: environment variable DRAGOMAN__providers__p__apiKey: /providers/p/apiKey file secret may not be read by the user of this process"),
            await RunPlainAsync("sidecar", [], new() { ["DRAGOMAN__providers__p__dialect"] = "mistral", ["DRAGOMAN__providers__p__apiKey"] = "file:secret" }));
    }

    [Theory]
    [MemberData(nameof(Executables))]
    public async Task A_port_that_cannot_be_opened_is_one_sentence(string name)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        Assert.Equal(
            (1, $"dragoman-{name}: port {port} on 127.0.0.1 cannot be opened: address already in use; stop what listens there, or choose another port"),
            await RunAsync(name, ["--port", $"{port}"]));
        Assert.Equal(
            (1, $"dragoman-{name}: port 81 on 127.0.0.1 cannot be opened: ports below 1024 are not for ordinary users; choose a higher one, or allow it with CAP_NET_BIND_SERVICE"),
            await RunPlainAsync(name, ["--port=81"]));
    }

    [Fact]
    public async Task An_address_that_the_machine_does_not_have_is_one_sentence() => Assert.Equal(
        // An address reserved for documentation (RFC 5737).
        (1, "dragoman-sidecar: port 0 on 192.0.2.1 cannot be opened: this machine has no such address"),
        await RunAsync("sidecar", ["--listen", "192.0.2.1", "--port", "0"], new() { ["DRAGOMAN__access__allowOpenNetwork"] = "true" }));

    [Theory]
    [MemberData(nameof(Executables))]
    public async Task A_mapped_loopback_address_is_loopback(string name)
    {
        await using var process = RunningProcess.Start(Repository.Executable(name), ["--listen=::ffff:127.0.0.1", "--port=0"], null, directory.Path);

        await process.LineAsync(new Regex($@"^dragoman-{name} listening on http://127\.0\.0\.1:\d+$"));
    }

    [Theory]
    [MemberData(nameof(Executables))]
    public async Task A_full_disk_under_standard_output_costs_the_log_alone(string name)
    {
        var port = FreePort.Find();
        await using var process = RunningProcess.Start("bash", ["-c", "exec \"$0\" --port \"$1\" >/dev/full", Repository.Executable(name), $"{port}"], null, directory.Path);

        await process.LineAsync(new Regex($@"^dragoman-{name}: standard output cannot be written \(No space left on device\); serving without a log$"));
        using var client = PlainHttpClient.For(new Uri($"http://127.0.0.1:{port}"));
        using var health = await client.GetAsync(new Uri("/health", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Equal(0, await process.TerminateAsync());
    }

    /// <summary>A process that starts without standard streams gives their numbers to the first files it opens. Its log would be written into one of them.</summary>
    [Theory]
    [InlineData("emulator", ">&-", "dragoman-emulator: standard output is closed; allowed: a file, a pipe, a terminal, or /dev/null")]
    [InlineData("sidecar", ">&-", "dragoman-sidecar: standard output is closed; allowed: a file, a pipe, a terminal, or /dev/null")]
    [InlineData("sidecar", ">&- <&-", "dragoman-sidecar: standard output is closed; allowed: a file, a pipe, a terminal, or /dev/null")]
    [InlineData("sidecar", ">&- 2>&-", "")]
    [InlineData("sidecar", ">&- 2>&- <&-", "")]
    public async Task A_closed_standard_output_is_one_sentence(string name, string closing, string sentence) =>
        Assert.Equal((1, sentence), await EndAsync(RunningProcess.Start("bash", ["-c", $"exec \"$0\" --port 0 {closing}", Repository.Executable(name)], null, directory.Path)));

    [Theory]
    [InlineData("2>/dev/full")]
    [InlineData("2>&-")]
    public async Task A_mistake_that_nobody_can_be_told_of_is_still_a_mistake(string closing) =>
        Assert.Equal((2, ""), await EndAsync(RunningProcess.Start("bash", ["-c", $"exec \"$0\" --nope {closing}", Repository.Executable("sidecar")], null, directory.Path)));

    /// <summary>With so few files that may be open, the runtime cannot load the code that the start needs.</summary>
    [Theory]
    [MemberData(nameof(Executables))]
    public async Task A_failure_that_nobody_expected_is_one_sentence_and_more_on_demand(string name)
    {
        Task<(int Code, string Output)> StartAsync(string debug) => EndAsync(RunningProcess.Start(
            "bash", ["-c", "ulimit -n 80; exec \"$0\" --port 0", Repository.Executable(name)], new Dictionary<string, string?> { ["DRAGOMAN_DEBUG"] = debug }, directory.Path));

        var (code, sentence) = await StartAsync("");
        Assert.Equal(1, code);
        Assert.Matches($@"^dragoman-{name}: failed unexpectedly \(\w+Exception: .*\); set DRAGOMAN_DEBUG=1 for the details$", sentence);

        (code, var details) = await StartAsync("1");
        Assert.Equal(1, code);
        Assert.Matches($@"^dragoman-{name}: failed unexpectedly \(\w+Exception: .*\)(\n|$)", details);
    }

    [Theory]
    [MemberData(nameof(Executables))]
    public async Task A_working_directory_that_is_gone_is_one_sentence(string name) => Assert.Equal(
        (2, $"dragoman-{name}: the working directory is gone, or may not be entered by the user of this process; allowed: one that is there"),
        await EndAsync(RunningProcess.Start("bash", ["-c", "mkdir gone; cd gone; rmdir ../gone; exec \"$0\" --port 0", Repository.Executable(name)], null, directory.Path)));

    [Fact]
    public async Task What_Kubernetes_says_of_Services_is_not_ours()
    {
        await using var process = await DragomanProcess.StartAsync("sidecar", directory.Path, new Dictionary<string, string?>
        {
            ["DRAGOMAN_SERVICE_HOST"] = "10.0.0.1",
            ["DRAGOMAN_SERVICE_PORT_HTTP"] = "80",
            ["DRAGOMAN_PORT"] = "tcp://10.0.0.1:80",
            ["DRAGOMAN_PORT_80_TCP_ADDR"] = "10.0.0.1",
        });
    }

    private Task<(int Code, string Output)> RunAsync(string name, string[] arguments, Dictionary<string, string?>? environment = null) =>
        EndAsync(RunningProcess.Start(Repository.Executable(name), arguments, environment, directory.Path));

    /// <summary>Runs without root's capabilities, because root may run the tests.</summary>
    private Task<(int Code, string Output)> RunPlainAsync(string name, string[] arguments, Dictionary<string, string?>? environment = null) =>
        Environment.IsPrivilegedProcess
            ? EndAsync(RunningProcess.Start("setpriv", ["--inh-caps=-all", "--bounding-set=-all", Repository.Executable(name), .. arguments], environment, directory.Path))
            : RunAsync(name, arguments, environment);

    private static async Task<(int Code, string Output)> EndAsync(RunningProcess process)
    {
        await using (process)
        {
            var code = await process.ExitAsync();
            Assert.DoesNotContain("Unhandled exception", process.Log, StringComparison.Ordinal);
            return (code, process.Log);
        }
    }
}
