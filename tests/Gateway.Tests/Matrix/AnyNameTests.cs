using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Identity;
using Dragoman.Providers;
using Dragoman.Secrets;
using FsCheck;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>
/// For any model name of a client, a provider's key and the prompt are sent only to that provider, below its base path,
/// or not at all. This holds for every kind of provider and every route.
/// </summary>
public sealed class AnyNameTests
{
    private const int Names = 10_000;

    /// <summary>An address other than those of the gateway and its providers.</summary>
    private static readonly IPAddress StrangersAddress = IPAddress.Parse("127.0.0.66");

    private static readonly string[] Separators = ["/", "/", "/", "//", "\\", "", ":", "@", "%2f", "%5C", ";", "?", "#", "\u2044", "\uff0f", "\u2215"];

    private static Gen<string> NamesWith(string stranger)
    {
        var pieces = Gen.Frequency(
            (6, Gen.Elements("x", "models", "tunedModels", "publishers", "gemini-2.5-pro", "gpt-5", "accounts", "v1", "openai", "deployments")),
            (5, Gen.Elements(stranger, "127.0.0.66", "//" + stranger, "\\\\" + stranger, "http://" + stranger, "user@" + stranger, "%2f%2f" + stranger, "[::ffff:127.0.0.66]", "127.66")),
            (5, Gen.Elements("", ".", "..", "...", "%2e%2e", ".%2e", "\uff0e\uff0e", "\u2024\u2024", "\u2025", " ", "\t", "\0")),
            (3, Gen.Elements(":latest", ":local", ":80", ":generateContent", ":streamGenerateContent?alt=sse", "?key=x", "#x", "@q4_k_m", "%", "%0d%0a", "\r\nHost: " + stranger + "\r\n", "\u202e", "\u2100", "e\u0301", "\uff41")),
            (1, Generated.Text));
        var wild = from parts in pieces.ListOf()
                   from separators in Gen.Elements(Separators).ListOf(parts.Count)
                   from isWhole in Gen.Elements(true, false)
                   let name = string.Concat(parts.Zip(separators, (part, separator) => part + separator))
                   select isWhole || name.Length == 0 ? name : name[..^1];
        // Hardly any of the wild names could exist, so these milder ones check what reaches a provider.
        var mild = from parts in Gen.Elements("x", "models", "tunedModels", "publishers/google/models", "127.0.0.66", stranger, "user@" + stranger, "gpt-5", "..x", "x..", "...", "~", "+").NonEmptyListOf()
                   from separator in Gen.Elements("/", "/", ":", "@", "//", "-")
                   select string.Join(separator, parts.Take(6));
        return Gen.Frequency((3, wild), (2, mild));
    }

    private static List<string> NamesFor(string stranger)
    {
        var names = new List<string>();
        Generated.Check(NamesWith(stranger), Names, names.Add);
        return names;
    }

    [Fact]
    public async Task No_name_takes_a_key_or_a_prompt_elsewhere()
    {
        using var stranger = Stranger.Listen();
        var (arrived, wrong) = (0, new List<string>());
        await using var gateway = await ManyProviders.StartAsync(http =>
        {
            var target = ManyProviders.TargetOf(http);
            var owner = ManyProviders.OwnerOf(http);
            Interlocked.Increment(ref arrived);
            if (owner is null || !owner.Roots.Any(root => IsBelow(target, root)))
            {
                lock (wrong)
                    wrong.Add($"{owner?.Name}: {target}");
            }

            // LM Studio's models are unloaded, so that its own endpoint is called too.
            return owner is { Name: "lmstudio" } && !target.EndsWith("/load", StringComparison.Ordinal)
                ? ScriptedUpstream.WriteAsync(http, 404, "application/json", """{"error":{"message":"Model unloaded.","code":"model_not_found"}}""")
                : ScriptedUpstream.WriteAsync(http, 400, "application/json", """{"error":{"message":"seen"}}""");
        });
        var ways = ManyProviders.Kinds.SelectMany(kind => ClientRoute.All.Concat(ClientRoute.Lookups).Select(route => (kind, route))).ToList();
        var failures = new List<string>();
        var names = NamesFor(stranger.Address);

        for (var index = 0; index < names.Count; index++)
        {
            var (kind, route) = ways[index % ways.Count];
            var name = $"{kind.Name}/{names[index]}";
            var (status, _, body) = await gateway.SendAsync(route, name, streams: index % 2 == 0);
            // Not found or not allowed. An attempt to connect elsewhere would fail in another way.
            if (status >= 500 && status != 501 && route.Path != "/api/pull")
                failures.Add($"{route} {JsonSerializer.Serialize(name)}: {status} {body}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(20)));
        Assert.True(failures.Count == 0, $"{failures.Count}:\n{string.Join('\n', failures.Take(20))}");
        Assert.False(stranger.WasReached);
        Assert.True(arrived > names.Count / 10, $"only {arrived} of {names.Count} reached a provider, so that next to nothing was tried");
    }

    [Fact]
    public async Task No_redirect_takes_a_key_or_a_prompt_elsewhere()
    {
        using var stranger = Stranger.Listen();
        int redirect = 0, arrived = 0;
        await using var gateway = await ManyProviders.StartAsync(http =>
        {
            arrived++;
            http.Response.Headers.Location = $"http://{stranger.Address}/v1/chat/completions";
            return ScriptedUpstream.WriteAsync(http, redirect, "text/plain", "");
        });
        foreach (var kind in ManyProviders.Kinds)
        {
            foreach (var status in (int[])[300, 301, 302, 303, 307, 308])
            {
                redirect = status;
                var (answered, head, body) = await gateway.SendAsync(ClientRoute.All[2], $"{kind.Name}/x");
                Assert.Equal(502, answered);
                Assert.Contains("redirect", body, StringComparison.Ordinal);
                Assert.DoesNotContain(stranger.Address, head + body, StringComparison.Ordinal);
            }
        }

        Assert.Equal(6 * ManyProviders.Kinds.Count, arrived);
        Assert.False(stranger.WasReached);
    }

    /// <summary>Whether the request's path is below the root and holds nothing that another reader would resolve.</summary>
    private static bool IsBelow(string target, string root)
    {
        var path = target.Split('?')[0];
        if (!root.EndsWith('/'))
            return path == root;
        return path.StartsWith(root, StringComparison.Ordinal)
            && path[root.Length..].Split('/').All(segment => Uri.UnescapeDataString(Uri.UnescapeDataString(segment)) is var plain
                && plain is not ("" or "." or "..") && !plain.Contains('/', StringComparison.Ordinal) && !plain.Contains('\\', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("generic")]
    [InlineData("gemini")]
    [InlineData("deployments")]
    [InlineData("azure")]
    public void No_path_that_a_dialect_could_write_leads_out(string name)
    {
        var kind = ManyProviders.Kinds.Single(each => each.Name == name);
        var baseUrl = new Uri($"https://provider.test/base{kind.Path}/");
        var settings = new ProviderSettings(name, kind.Dialect, baseUrl, SecretReference.OfLiteral("key"), PublishesAll: false, Timeouts.Default);
        var own = ProviderKind.Of(settings, EntraTokens.Default);
        var roots = own.RootsOf(settings, baseUrl);
        var address = new UpstreamAddress(baseUrl, roots);
        var built = 0;
        Generated.Check(NamesWith("127.0.0.66:80"), Names, text =>
        {
            foreach (var call in (UpstreamCall[])[new(text, default) { Model = "m" }, new($"models/{text}:generateContent", default) { Model = text }])
            {
                try
                {
                    var uri = own.AddressOf(settings, baseUrl, call);
                    using var request = new HttpRequestMessage(HttpMethod.Post, uri);
                    _ = VerifiedRequest.Of(request, address);
                    built++;
                    Assert.Equal("https://provider.test", uri.GetLeftPart(UriPartial.Authority));
                    Assert.Contains(roots, root => IsBelow(uri.PathAndQuery, root));
                }
                catch (GatewayException refused)
                {
                    Assert.Equal(ErrorKind.ModelNotFound, refused.Error.Kind);
                }
            }
        });
        Assert.True(built > 100, "next to nothing was tried");
    }

    public static TheoryData<string, string, string> Legitimate => new()
    {
        { "generic", "mistralai/Mistral-7B:latest", "mistralai/Mistral-7B" },
        { "generic", "accounts/fireworks/models/llama-v3p1-8b", "accounts/fireworks/models/llama-v3p1-8b" },
        { "generic", "gpt-5@2025", "gpt-5@2025" },
        { "generic", "ft:gpt-4o:org:name:id", "ft:gpt-4o:org:name:id" },
        { "generic", "my model (tuned)", "my model (tuned)" },
        { "generic", "模型/通义", "模型/通义" },
        { "lmstudio", "lmstudio-community/qwen2.5-7b@q4_k_m", "lmstudio-community/qwen2.5-7b@q4_k_m" },
        { "mistral", "mistral-small-latest", "mistral-small-latest" },
        { "anthropic", "claude-sonnet-4-5@20250929", "claude-sonnet-4-5@20250929" },
        { "azure", "my deployment", "my deployment" },
        { "gemini", "gemini-2.5-pro", "/gemini/v1beta/models/gemini-2.5-pro:generateContent" },
        { "gemini", "models/gemini-2.5-pro", "/gemini/v1beta/models/gemini-2.5-pro:generateContent" },
        { "gemini", "tunedModels/x", "/gemini/v1beta/tunedModels/x:generateContent" },
        { "gemini", "publishers/google/models/x", "/gemini/v1beta/publishers/google/models/x:generateContent" },
        { "gemini", "x:7b", "/gemini/v1beta/models/x%3A7b:generateContent" },
        { "deployments", "my_gpt-4.1", "/openai/deployments/my_gpt-4.1/chat/completions?api-version=2024-10-21" },
    };

    [Theory]
    [MemberData(nameof(Legitimate))]
    public async Task A_name_that_a_provider_may_have_reaches_it(string provider, string name, string expected)
    {
        var seen = new List<string>();
        await using var gateway = await ManyProviders.StartAsync(http =>
        {
            seen.Add(ManyProviders.TargetOf(http));
            seen.Add(ScriptedUpstream.BodyOf(http));
            return ScriptedUpstream.WriteAsync(http, 400, "application/json", """{"error":{"message":"seen"}}""");
        });
        var (_, _, body) = await gateway.SendAsync(ClientRoute.All[2], $"{provider}/{name}");
        Assert.Contains("seen", body, StringComparison.Ordinal);
        Assert.Equal(expected, expected[0] == '/' ? seen[0] : JsonDocument.Parse(seen[1]).RootElement.GetProperty("model").GetString());
    }

    /// <summary>A server that must never get a request.</summary>
    private sealed class Stranger : IDisposable
    {
        private readonly TcpListener listener;

        private Stranger(TcpListener listener)
        {
            this.listener = listener;
            listener.Start();
        }

        public string Address => listener.LocalEndpoint.ToString()!;

        public bool WasReached => listener.Pending();

        /// <summary>Listens at the default port of a URL without one, if this process may use it.</summary>
        public static Stranger Listen()
        {
            try
            {
                return new Stranger(new TcpListener(StrangersAddress, 80));
            }
            catch (SocketException)
            {
                return new Stranger(new TcpListener(StrangersAddress, 0));
            }
        }

        public void Dispose() => listener.Dispose();
    }
}
