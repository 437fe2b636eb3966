using System.Text.Json;

namespace Dragoman.Gateway.Tests.Conversation;

/// <summary>One exchange of tests/streams: the provider's raw bytes and what they mean.</summary>
internal sealed record WireFixture(string Name, string Family, int Status, IReadOnlyDictionary<string, string> Headers, string Framing, byte[] Body, JsonElement Expect)
{
    private static readonly Lazy<IReadOnlyList<WireFixture>> Loaded = new(() => [.. Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "tests", "streams"), "exchange.json", SearchOption.AllDirectories)
        .Select(Load)
        .OrderBy(fixture => fixture.Name, StringComparer.Ordinal)]);

    public static IReadOnlyList<WireFixture> All => Loaded.Value;

    /// <summary>The exchanges with OpenAI, Azure OpenAI, Mistral and compatible servers.</summary>
    public static IEnumerable<WireFixture> ChatCompletions => Of("openai-chat").Concat(Of("openai-completions"));

    public static IEnumerable<WireFixture> Of(string family) => All.Where(fixture => fixture.Family == family);

    public bool IsHttpError => Expect.GetProperty("terminal").GetString() == "http-error";

    public bool IsWholeBody => Framing == "json";

    public static WireFixture Named(string name) => All.Single(fixture => fixture.Name == name);

    public override string ToString() => Name;

    private static WireFixture Load(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var exchange = document.RootElement;
        var response = exchange.GetProperty("response");
        var body = File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(path)!, response.GetProperty("bodyFile").GetString()!));
        Assert.Equal(response.GetProperty("bytes").GetInt32(), body.Length);
        return new WireFixture(
            exchange.GetProperty("case").GetString()!,
            exchange.GetProperty("family").GetString()!,
            response.GetProperty("status").GetInt32(),
            response.GetProperty("headers").EnumerateObject().ToDictionary(header => header.Name, header => header.Value.ToString()),
            response.GetProperty("framing").GetString()!,
            body,
            exchange.GetProperty("expect").Clone());
    }
}
