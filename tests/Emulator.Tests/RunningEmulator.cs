using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace Dragoman.Emulator.Tests;

/// <summary>The emulator on a free port, and a client that calls it over a real socket.</summary>
public sealed class RunningEmulator : IAsyncLifetime
{
    private readonly WebApplication app;

    public RunningEmulator()
        : this(TimeProvider.System)
    {
    }

    internal RunningEmulator(TimeProvider time, int capacity = 1000) =>
        app = EmulatorApplication.Build(new EmulatorOptions(0, capacity) { Time = time });

    public HttpClient Client { get; } = new() { Timeout = TimeSpan.FromSeconds(30) };

    public async Task InitializeAsync()
    {
        await app.StartAsync();
        Client.BaseAddress = new Uri(app.Urls.First());
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "a-key-of-the-tests");
        Client.DefaultRequestHeaders.Add("anthropic-version", "2023-06-01");
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }

    public async Task<(int Status, JsonElement Body)> PostAsync(string path, string json, string? behavior = null)
    {
        using var response = await SendAsync(path, json, behavior);
        return ((int)response.StatusCode, Parse(await response.Content.ReadAsStringAsync()));
    }

    public async Task<HttpResponseMessage> SendAsync(string path, string json, string? behavior = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (behavior is not null)
            request.Headers.Add("x-emulator-behavior", behavior);
        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async Task<JsonElement> GetAsync(string path) => Parse(await Client.GetStringAsync(path));

    /// <summary>The data of each event of a stream. The last one is <c>[DONE]</c> when the stream ended well.</summary>
    public async Task<List<string>> StreamAsync(string path, string json, string? behavior = null)
    {
        using var response = await SendAsync(path, json, behavior);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return Events(await response.Content.ReadAsStringAsync());
    }

    /// <summary>Sends the same request streamed and not streamed, and returns both texts, finish reasons and usages.</summary>
    public async Task<(Said Body, Said Stream)> ChatBothWaysAsync(string json, string path = "/v1/chat/completions")
    {
        var (status, body) = await PostAsync(path, json);
        Assert.Equal(200, status);
        var streamed = JsonNode.Parse(json)!.AsObject();
        streamed["stream"] = true;
        var events = await StreamAsync(path, streamed.ToJsonString());
        Assert.Equal("[DONE]", events[^1]);
        return (Said.InBody(body), Said.InStream(events[..^1].Select(Parse)));
    }

    /// <summary>Waits until the request that holds <paramref name="mark"/> is captured and satisfies <paramref name="condition"/>.</summary>
    public async Task<JsonElement> CapturedAsync(string mark, Func<JsonElement, bool>? condition = null)
    {
        while (true)
        {
            foreach (var captured in (await GetAsync("/__emulator/requests")).GetProperty("requests").EnumerateArray())
            {
                if (captured.GetRawText().Contains(mark, StringComparison.Ordinal) && (condition is null || condition(captured)))
                    return captured;
            }

            await Task.Yield();
        }
    }

    public static string User(string text, string more = "", string model = "mistral-small-latest") =>
        $$"""{"model":"{{model}}","messages":[{"role":"user","content":{{JsonSerializer.Serialize(text)}}}]{{more}}}""";

    public static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    public static List<string> Events(string stream) =>
        [.. stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            Assert.StartsWith("data: ", line, StringComparison.Ordinal);
            return line["data: ".Length..];
        })];
}
