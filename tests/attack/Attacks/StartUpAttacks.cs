using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Attack.Attacks;

/// <summary>Every mistake at the start is reported in one clear sentence with exit code 2, never with silence or a stack trace.</summary>
internal static class StartUpAttacks
{
    public static readonly IReadOnlyList<Attack> All =
    [
        new("ignored-settings", "start", "6", "a configuration that is not there and unknown arguments are exit 2; unknown variables are told", IgnoredAsync),
        new("ignored-members", "start", "6", "names, aliases and keys that cannot be meant are exit 2", MembersAsync),
        new("aborts", "start", "11", "no mistake ends a process by SIGABRT or in the words of a resource's key", AbortsAsync),
        new("configuration-mistakes", "start", "T", "every mistake of the configuration is exit 2 with its place", MistakesAsync),
    ];

    private static async Task IgnoredAsync(AttackContext context, Tally tally)
    {
        var directory = context.NewDirectory("ignored");
        var unreadable = Path.Combine(directory, "closed");
        Directory.CreateDirectory(unreadable);
        foreach (var name in (string[])["sidecar", "functions"])
        {
            foreach (var file in (string[])["/nope.json", directory, Path.Combine(unreadable, "x", "gateway.json")])
                await ExpectMistakeAsync(context, tally, name, $"DRAGOMAN_CONFIG={file}", null, new() { ["DRAGOMAN_CONFIG"] = file });
            foreach (var arguments in (string[][])[["--urls", "http://127.0.0.1:1"], ["--config", "/nope.json"], ["/etc/hostname"], ["--nonsense"], ["--port", "x"], ["--port"], ["-x"]])
                await ExpectMistakeAsync(context, tally, name, string.Join(' ', arguments), null, [], arguments);
        }

        foreach (var name in (string[])["sidecar", "functions", "emulator"])
        {
            foreach (var argument in (string[])["--help", "--version"])
            {
                var start = await StartUp.TryAsync(context, name, null, null, [argument]);
                tally.Expect(start is { ExitCode: 0, Log.Length: > 3 }, $"{name} {argument}: {start}");
            }
        }

        foreach (var variable in (string[])["DRAGOMAN_PORT", "DRAGOMAN_ACCESS_MODE", "DRAGOMAN_LISTN", "DRAGOMAN__acess__mode"])
        {
            var start = await StartUp.TryAsync(context, "sidecar", null, new() { [variable] = "keys" });
            tally.Expect(start.ExitCode is null or 2 && start.Log.Contains(variable, StringComparison.OrdinalIgnoreCase), $"{variable} is not told: {start}");
        }
    }

    private static async Task MembersAsync(AttackContext context, Tally tally)
    {
        const string Provider = "\"p\": { \"dialect\": \"mistral\", \"apiKey\": \"k\" }";
        (string Name, string Configuration)[] mistakes =
        [
            ("two models with one alias", $$"""{ "providers": { {{Provider}} }, "models": { "a": { "provider": "p", "model": "x", "aliases": ["z"] }, "b": { "provider": "p", "model": "y", "aliases": ["z"] } } }"""),
            ("an alias that is a model's name", $$"""{ "providers": { {{Provider}} }, "models": { "a": { "provider": "p", "model": "x", "aliases": ["b"] }, "b": { "provider": "p", "model": "y" } } }"""),
            ("an alias twice in another case", $$"""{ "providers": { {{Provider}} }, "models": { "a": { "provider": "p", "model": "x", "aliases": ["Z"] }, "b": { "provider": "p", "model": "y", "aliases": ["z:latest"] } } }"""),
            ("an alias that is a path", $$"""{ "providers": { {{Provider}} }, "models": { "a": { "provider": "p", "model": "x", "aliases": ["../../x"] } } }"""),
            ("an alias of a space", $$"""{ "providers": { {{Provider}} }, "models": { "a": { "provider": "p", "model": "x", "aliases": [" "] } } }"""),
            ("mode null", """{ "access": { "mode": null } }"""),
            ("an empty key", """{ "providers": { "p": { "dialect": "mistral", "apiKey": "" } } }"""),
            ("a provider without a name", """{ "providers": { "": { "dialect": "mistral", "apiKey": "k" } } }"""),
            ("a provider named by a space", """{ "providers": { " ": { "dialect": "mistral", "apiKey": "k" } } }"""),
            ("a provider's name with a slash", """{ "providers": { "a/b": { "dialect": "mistral", "apiKey": "k" } } }"""),
        ];
        foreach (var (name, configuration) in mistakes)
            await ExpectMistakeAsync(context, tally, "sidecar", name, configuration);
    }

    private static async Task AbortsAsync(AttackContext context, Tally tally)
    {
        (string Name, string? Configuration, Dictionary<string, string?> Environment)[] mistakes =
        [
            ("a provider twice", """{ "providers": { "p": { "dialect": "mistral", "apiKey": "k" }, "p": { "dialect": "mistral", "apiKey": "k" } } }""", []),
            ("a provider twice in another case", """{ "providers": { "p": { "dialect": "mistral", "apiKey": "k" }, "P": { "dialect": "mistral", "apiKey": "k" } } }""", []),
            ("a member twice", """{ "providers": { "p": { "dialect": "mistral", "dialect": "openai", "apiKey": "k" } } }""", []),
            ("a member twice far below", """{ "models": { "a": { "provider": "p", "model": "x", "targets": [ { "provider": "p", "provider": "q", "model": "y" } ] } } }""", []),
            ("a member twice at the top", """{ "access": {}, "access": {} }""", []),
            ("a member twice in a variable", "{}", new() { ["DRAGOMAN__providers"] = """{ "p": { "dialect": "mistral", "dialect": "mistral" } }""" }),
            ("a key in a file without a name", """{ "providers": { "p": { "dialect": "mistral", "apiKey": "file:" } } }""", []),
            ("a key in a file that is a directory", """{ "providers": { "p": { "dialect": "mistral", "apiKey": "file:/etc" } } }""", []),
            ("a key in a file that is not there", """{ "providers": { "p": { "dialect": "mistral", "apiKey": "file:/nope" } } }""", []),
            ("a key in a file with a NUL in its name", """{ "providers": { "p": { "dialect": "mistral", "apiKey": "file:/a\u0000b" } } }""", []),
            ("nothing", "", []),
            ("half of an object", "{ \"providers\": ", []),
            ("deep nesting", string.Concat(Enumerable.Repeat("{\"a\":", 5000)), []),
            ("a mapped address", "{}", new() { ["DRAGOMAN_LISTEN"] = "::ffff:192.0.2.9" }),
            ("an address of nobody here", """{ "access": { "allowOpenNetwork": true } }""", new() { ["DRAGOMAN_LISTEN"] = "192.0.2.77" }),
            ("no address", "{}", new() { ["DRAGOMAN_LISTEN"] = "nowhere" }),
            ("a port that is none", "{}", new() { ["DRAGOMAN_SIDECAR_PORT"] = "70000" }),
        ];
        foreach (var (name, configuration, environment) in mistakes)
        {
            var start = await StartUp.TryAsync(context, "sidecar", configuration, environment);
            // An address that the machine lacks may also be reported as an unavailable port, with exit code 1.
            tally.Expect(start.TellsAMistake || (start with { ExitCode = 2 }).TellsAMistake && start.ExitCode == 1 && name.StartsWith("an address", StringComparison.Ordinal), $"{name}: {start}");
        }

        // A key of digits only: a variable's value stays a string when the member is a string.
        var digits = await StartUp.TryAsync(context, "sidecar", "{}", new() { ["DRAGOMAN__providers__p__dialect"] = "mistral", ["DRAGOMAN__providers__p__apiKey"] = "123456" });
        tally.Expect(digits.ExitCode is null, $"a key of digits in a variable: {digits}");
        var directory = context.NewDirectory("full");
        var full = await StartUp.TryAsync("/bin/sh", ["-c", $"exec {Repository.Executable("sidecar")} >/dev/full"], new Dictionary<string, string?> { ["DRAGOMAN_SIDECAR_PORT"] = "0" }, directory)
            .WaitAsync(TimeSpan.FromSeconds(3)).ContinueWith(done => done.IsCompletedSuccessfully ? done.Result : null, TaskScheduler.Default);
        // The process may run without a log, or end properly.
        tally.Expect(full is null or { ExitCode: null or 1 or 2 }, $"standard output on a full disk: {full}");
        await PlainUserAsync(context, tally);
    }

    /// <summary>Mistakes that only happen to an unprivileged user: files that it may not read and ports that it may not use.</summary>
    private static async Task PlainUserAsync(AttackContext context, Tally tally)
    {
        var directory = context.NewDirectory("plain");
        var secret = Path.Combine(directory, "gateway.json");
        await File.WriteAllTextAsync(secret, "{}");
        File.SetUnixFileMode(secret, UnixFileMode.None);
        string[] command = Environment.UserName == "root"
            ? ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", Repository.Executable("sidecar")]
            : [Repository.Executable("sidecar")];
        foreach (var (name, environment) in ((string, Dictionary<string, string?>)[])[
            ("a configuration that may not be read", new() { ["DRAGOMAN_CONFIG"] = secret }),
            ("a port below 1024", new() { ["DRAGOMAN_SIDECAR_PORT"] = "81" })])
        {
            environment["DOTNET_BUNDLE_EXTRACT_BASE_DIR"] = directory;
            var start = await StartUp.TryAsync(command[0], command[1..], environment, "/tmp");
            if (start is { ExitCode: 126 or 127 })
                tally.Note($"not run as a plain user: {start}");
            else
                tally.Expect((start with { ExitCode = 2 }).TellsAMistake && start.ExitCode is 1 or 2, $"{name}: {start}");
        }
    }

    private static async Task MistakesAsync(AttackContext context, Tally tally)
    {
        (string Name, string Configuration)[] mistakes =
        [
            ("an array", "[]"), ("a text", "\"x\""), ("a number", "7"), ("text after it", "{} x"), ("an unknown member", """{ "provider": {} }"""),
            ("providers as an array", """{ "providers": [] }"""), ("an unknown dialect", """{ "providers": { "p": { "dialect": "soap" } } }"""),
            ("no dialect", """{ "providers": { "p": { "apiKey": "k" } } }"""), ("an address with a password", """{ "providers": { "p": { "dialect": "openai", "baseUrl": "http://u:p@h/" } } }"""),
            ("a relative address", """{ "providers": { "p": { "dialect": "openai", "baseUrl": "v1" } } }"""), ("another scheme", """{ "providers": { "p": { "dialect": "openai", "baseUrl": "file:///etc" } } }"""),
            ("a variable that is not set", """{ "providers": { "p": { "dialect": "mistral", "apiKey": "env:NOT_SET_ANYWHERE" } } }"""),
            ("an unknown provider's member", """{ "providers": { "p": { "dialect": "mistral", "apiKey": "k", "apikeys": "x" } } }"""),
            ("an unknown option", """{ "providers": { "p": { "dialect": "openai", "baseUrl": "http://127.0.0.1:1/", "options": { "servr": "vllm" } } } }"""),
            ("an unknown server", """{ "providers": { "p": { "dialect": "openai", "baseUrl": "http://127.0.0.1:1/", "options": { "server": "x" } } } }"""),
            ("a negative timeout", """{ "providers": { "p": { "dialect": "mistral", "apiKey": "k", "timeouts": { "idleSeconds": -1 } } } }"""),
            ("an endless timeout", """{ "providers": { "p": { "dialect": "mistral", "apiKey": "k", "timeouts": { "idleSeconds": 1e308 } } } }"""),
            ("a model without a provider", """{ "models": { "a": { "model": "x" } } }"""), ("a model of nobody", """{ "models": { "a": { "provider": "nobody", "model": "x" } } }"""),
            ("a model's name that is a path", """{ "providers": { "p": { "dialect": "mistral", "apiKey": "k" } }, "models": { "../x": { "provider": "p", "model": "x" } } }"""),
            ("no targets", """{ "models": { "a": { "targets": [] } } }"""), ("a text for a number", """{ "limits": { "requestBytes": "many" } }"""),
            ("no bytes", """{ "limits": { "requestBytes": 0 } }"""), ("too many bytes", """{ "limits": { "requestBytes": 99999999999999999999 } }"""), ("a fraction", """{ "limits": { "requestBytes": 1.5 } }"""),
            ("an unknown mode", """{ "access": { "mode": "closed" } }"""), ("an origin that is none", """{ "access": { "origins": ["x"] } }"""), ("origins as a text", """{ "access": { "origins": "*" } }"""),
            ("a host with a port", """{ "access": { "hosts": ["a:b:c/d"] } }"""), ("an unknown policy of downloads", """{ "access": { "downloads": "some" } }"""),
            ("a capability that is none", """{ "providers": { "p": { "dialect": "mistral", "apiKey": "k" } }, "models": { "a": { "provider": "p", "model": "x", "capabilities": ["flying"] } } }"""),
            ("a negative length", """{ "providers": { "p": { "dialect": "mistral", "apiKey": "k" } }, "models": { "a": { "provider": "p", "model": "x", "contextLength": -1 } } }"""),
        ];
        foreach (var (name, configuration) in mistakes)
            await ExpectMistakeAsync(context, tally, "sidecar", name, configuration);
        foreach (var (name, configuration) in ((string, string)[])[("comments", "// c\n{ /* c */ }"), ("a trailing comma", """{ "access": { "mode": "open", }, }"""), ("a mark of its encoding", "\ufeff{}")])
        {
            var start = await StartUp.TryAsync(context, "sidecar", configuration);
            tally.Expect(start.ExitCode is null, $"{name}: {start}");
        }
    }

    private static async Task ExpectMistakeAsync(
        AttackContext context, Tally tally, string process, string name, string? configuration, Dictionary<string, string?>? environment = null, IReadOnlyList<string>? arguments = null)
    {
        var start = await StartUp.TryAsync(context, process, configuration, environment, arguments);
        tally.Expect(start.TellsAMistake, $"{name} ({process}): {start}");
    }
}
