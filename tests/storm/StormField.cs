using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Storm;

/// <summary>An emulator, and gateways that share a store.</summary>
internal sealed class StormField : IAsyncDisposable
{
    /// <summary>The storm must not be slowed by the log that it reads at its end.</summary>
    private const int MostRequests = 1_000_000;

    private const string AdminKey = "the-key-of-the-storm-only";

    private static readonly (string Name, string Path)[] Providers = [("mistral", "v1"), ("openai", "openai/v1"), ("anthropic", "anthropic/v1"), ("gemini", "gemini/v1beta")];

    private readonly ScratchDirectory scratch;
    private readonly DragomanProcess emulator;

    private StormField(ScratchDirectory scratch, StormStore store, DragomanProcess emulator) => (this.scratch, Store, this.emulator) = (scratch, store, emulator);

    /// <summary>The price of a token of the prompt, in picodollars: a dollar a million.</summary>
    public const long InputPrice = 1_000_000;

    /// <inheritdoc cref="InputPrice"/>
    public const long OutputPrice = 4_000_000;

    public static IReadOnlyList<string> ProviderNames { get; } = [.. Providers.Select(provider => provider.Name)];

    public StormStore Store { get; }

    public IReadOnlyList<Gateway> Gateways { get; private set; } = [];

    public static async Task<StormField> StartAsync(string storeKind, StormOptions options)
    {
        var scratch = new ScratchDirectory();
        var store = await StormStore.StartAsync(storeKind, scratch.Path);
        var emulator = await DragomanProcess.StartAsync("emulator", scratch.Path, command: [Repository.Executable("emulator"), "--capture", MostRequests.ToString(CultureInfo.InvariantCulture)]);
        var field = new StormField(scratch, store, emulator);
        await File.WriteAllTextAsync(scratch.File("gateway.json"), field.Configuration());
        var gateways = new List<Gateway>();
        for (var index = 0; index < options.ProcessCount; index++)
        {
            // Half of them share a folder of journals. One of the others loses it whenever it is killed.
            var journal = index % 2 == 0 ? scratch.File("journals") : scratch.File($"journal-{index}");
            gateways.Add(new(scratch.Path, scratch.File("gateway.json"), journal) { LosesJournal = index == options.ProcessCount - 1 && index % 2 == 1 && !options.IsShort });
        }

        field.Gateways = gateways;
        // The first one creates the tables.
        await gateways[0].StartAsync();
        await Task.WhenAll(gateways.Skip(1).Select(gateway => gateway.StartAsync()));
        return field;
    }

    /// <summary>Makes a call of the administration, which must succeed.</summary>
    public async Task<JsonNode> AdministrateAsync(string method, string path, JsonObject body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Gateways[0].Address, "/dragoman/" + path))
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
        using var answer = await Gateways[0].Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new InvalidOperationException($"{method} {path}: {(int)answer.StatusCode} {text}");
    }

    /// <summary>The requests that the emulator has received.</summary>
    public async Task<JsonNode> ProviderLogAsync()
    {
        await using var body = await emulator.Client.GetStreamAsync("/__emulator/requests");
        return (await JsonNode.ParseAsync(body))!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in Gateways)
            await gateway.DisposeAsync();
        await emulator.DisposeAsync();
        await Store.DisposeAsync();
        scratch.Dispose();
    }

    private string Configuration()
    {
        var models = new JsonObject();
        foreach (var (provider, _) in Providers)
        {
            foreach (var ask in Ask.All.DistinctBy(ask => ask.Model))
            {
                models[$"{ask.Model}-{provider}"] = new JsonObject
                {
                    ["targets"] = new JsonArray([.. ask.Targets.Select(target => (JsonNode)new JsonObject { ["provider"] = provider, ["model"] = target })]),
                    ["price"] = new JsonObject { ["input"] = InputPrice / 1e6, ["output"] = OutputPrice / 1e6 },
                };
            }
        }

        return new JsonObject
        {
            ["access"] = new JsonObject { ["mode"] = "keys", ["adminKey"] = AdminKey },
            ["store"] = new JsonObject { ["connection"] = Store.Connection },
            ["providers"] = new JsonObject(Providers.Select(provider => KeyValuePair.Create<string, JsonNode?>(provider.Name, new JsonObject
            {
                ["dialect"] = provider.Name,
                ["baseUrl"] = new Uri(emulator.Address, provider.Path).AbsoluteUri,
                ["apiKey"] = "storm",
            }))),
            ["models"] = models,
        }.ToJsonString();
    }
}
