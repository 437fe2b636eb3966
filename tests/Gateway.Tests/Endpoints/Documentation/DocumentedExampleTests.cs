using System.Net;
using System.Text.Json;
using Dragoman.Access;
using Dragoman.Access.Directory;
using Dragoman.Configuration;
using Dragoman.Endpoints.Documentation;
using Dragoman.Gateway.Tests.Access;
using Dragoman.Gateway.Tests.Administration;
using Dragoman.Hosting;
using Dragoman.Pipeline;
using Dragoman.Stores;
using Dragoman.Stores.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Dragoman.Gateway.Tests.Endpoints.Documentation;

/// <summary>Sends every documented request to a real gateway, whose answer must be of the same kind as the documented one.</summary>
public sealed class DocumentedExampleTests(DocumentedExampleTests.Fixture gateway) : IClassFixture<DocumentedExampleTests.Fixture>
{
    public static TheoryData<string, string> Examples
    {
        get
        {
            var examples = new TheoryData<string, string>();
            // The stream of requests has no end, and is tested by itself.
            foreach (var operation in DocumentedApi.Operations.Where(operation => operation.Id != "requests"))
            {
                foreach (var answer in operation.Answers)
                    examples.Add(operation.Id, answer.Name);
            }

            return examples;
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task An_example_is_answered_as_documented(string operationId, string example)
    {
        var operation = DocumentedApi.Operations.Single(each => each.Id == operationId);
        var documented = operation.Answers.Single(each => each.Name == example);
        using var request = operation.Request(example);
        await gateway.StoreExamplesAsync();

        using var answer = await gateway.Client.SendAsync(request);

        var body = await answer.Content.ReadAsStringAsync();
        Assert.Equal((documented.Status, documented.MediaType), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Null(documented.FindMismatch(body));
        Assert.True(documented.Headers.TryGetProperty("X-Request-Id", out _));
        Assert.True(answer.Headers.Contains("X-Request-Id"));
    }

    [Fact]
    public async Task A_head_has_the_status_that_is_documented()
    {
        foreach (var operation in DocumentedApi.Operations.Where(operation => operation.Method == "HEAD"))
        {
            using var answer = await gateway.Client.SendAsync(operation.Request(""));
            Assert.True(operation.Operation.GetProperty("responses").TryGetProperty(((int)answer.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture), out _), operation.ToString());
        }
    }

    [Fact]
    public async Task The_document_is_served_as_it_is()
    {
        using var answer = await gateway.Client.GetAsync(new Uri("/openapi.json", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(OpenApiDocument.Json.ToArray(), await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_page_of_this_machine_may_read_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi.json");
        request.Headers.Add("Origin", "http://localhost:3000");

        using var answer = await gateway.Client.SendAsync(request);

        Assert.Equal("http://localhost:3000", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    /// <summary>A gateway that publishes the examples' models, in front of a provider that answers all their requests.</summary>
    public class Fixture : IAsyncLifetime
    {
        private WebApplication? app;
        private readonly string file = Path.Combine(Directory.CreateTempSubdirectory("dragoman-examples-").FullName, "gateway.json");
        private ScriptedUpstream? provider;
        private int providerCalls;

        /// <summary>How often the provider was called.</summary>
        public int ProviderCalls => providerCalls;

        /// <summary>Decides who may call.</summary>
        protected virtual IAccessPolicy Access => new KnownCaller(_ => AdminUnderTest.Of("open", null, Role.Admin).Caller);
        private AdminUnderTest? admin;

        public HttpClient Client { get; private set; } = new();

        public virtual async Task InitializeAsync()
        {
            provider = await ScriptedUpstream.StartAsync();
            provider.Answer = http =>
            {
                Interlocked.Increment(ref providerCalls);
                return AnswerAsync(http);
            };
            var clock = new ManualTimeProvider();
            // One of the examples reads it again.
            await File.WriteAllTextAsync(
                file,
                $$"""
                {
                  "providers": { "mistral": { "dialect": "mistral", "baseUrl": "{{provider.BaseUrl}}", "apiKey": "sentinel-secret" } },
                  "models": {
                    "mistral-small-latest": { "provider": "mistral", "model": "mistral-small-latest" },
                    "codestral-latest": { "provider": "mistral", "model": "codestral-latest" },
                    "mistral-embed": { "provider": "mistral", "model": "mistral-embed" }
                  },
                  "keyVault": { "uri": "https://name.vault.azure.net" }
                }
                """);
            var configuration = ConfigurationReader.Read(file, new Dictionary<string, string>());
            app = GatewayHost.Build(new GatewaySnapshot(configuration, clock), clock, IPAddress.Loopback, 0, handsOver: false, Access);
            admin = AdminUnderTest.Open();
            app.Services.GetRequiredService<GatewayRuntime>().Administration = admin.Api;
            await app.StartAsync();
            Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
            // Loads a model, so that /api/ps has something to list.
            using var load = await Client.PostAsync(new Uri("/api/chat", UriKind.Relative), new StringContent("""{"model":"mistral-small-latest"}"""));
        }

        public virtual async Task DisposeAsync()
        {
            Client.Dispose();
            await provider!.DisposeAsync();
            await app!.DisposeAsync();
            await admin!.DisposeAsync();
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }

        /// <summary>Stores what the examples of the administration are about, as it was before any of them.</summary>
        public async Task StoreExamplesAsync()
        {
            var request = new LedgerEntry
            {
                RequestId = "5f0c6c1d7f0e4f0e9d5b6f7a8c9d0e1f",
                At = admin!.Clock.GetUtcNow(),
                Team = "red",
                Model = "mistral-small-latest",
                Dialect = "openai.chat",
                Outcome = "completed",
                Origin = "reported",
                Cost = 172_000_000,
            };
            await admin.Ledger.ExchangeAsync(new("examples", 1, request.At.AddDays(1), [], [request]));
            await admin.Ledger.ExchangeAsync(new(Guid.NewGuid().ToString(), 1, DateTimeOffset.UnixEpoch, [new("team:red:month:2026-11-01", 100_000_000_000_000, 0, 0)], [], IsLast: true));
            await StoreDirectoryAsync();
        }

        private Task<WriteResult> StoreDirectoryAsync() => admin!.Store.WriteAsync(new Write(
            Guid.NewGuid().ToString(),
            [
                DocumentWrite.Put(Organization.Kind, Organization.Kind, """{"limits":{"requestsPerMinute":6000}}"""u8.ToArray(), WriteCondition.Any),
                DocumentWrite.Put(Team.Kind, "red", """{"id":"red","createdAt":"2026-11-30T08:00:00Z","name":"Red","allow":{"models":["mistral-*"]},"limits":{"requestsPerMinute":600},"tags":{"cost-center":"42"}}"""u8.ToArray(), WriteCondition.Any),
                DocumentWrite.Put(User.Kind, "red/ann", """{"team":"red","id":"ann","createdAt":"2026-11-30T08:01:00Z","name":"Ann","roles":["Lead"]}"""u8.ToArray(), WriteCondition.Any, "red"),
                DocumentWrite.Put(TeamKey.Kind, "4fJx0aQ2LmZ9", """{"id":"4fJx0aQ2LmZ9","team":"red","hash":"","createdAt":"2026-11-30T08:02:00Z","name":"build server","user":"ann"}"""u8.ToArray(), WriteCondition.Any, "red"),
            ],
            []));

        private static Task AnswerAsync(HttpContext http)
        {
            using var request = JsonDocument.Parse(ScriptedUpstream.BodyOf(http));
            var body = request.RootElement;
            if (http.Request.Path.Value!.EndsWith("/embeddings", StringComparison.Ordinal))
                return ScriptedUpstream.WriteAsync(http, 200, "application/json", VectorsFor(body.GetProperty("input")));
            if (body.TryGetProperty("stream", out var stream) && stream.GetBoolean())
                return ScriptedUpstream.WriteEventsAsync(http, ScriptedUpstream.Delta("Light is"), ScriptedUpstream.Delta(" scattered."), ScriptedUpstream.Finish, "[DONE]");
            var message = WantsTool(body)
                ? """{"role":"assistant","content":"","tool_calls":[{"id":"call00001","function":{"name":"get_weather","arguments":"{\"city\":\"Paris\"}"}}]}"""
                : body.TryGetProperty("response_format", out _)
                    ? """{"role":"assistant","content":"{\"city\":\"Paris\",\"country\":\"France\"}"}"""
                    : body.TryGetProperty("reasoning_effort", out var effort) && effort.GetString() == "high"
                        ? """{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"Rayleigh."}]},{"type":"text","text":"Light is scattered."}]}"""
                        : """{"role":"assistant","content":"Light is scattered."}""";
            return ScriptedUpstream.WriteAsync(
                http,
                200,
                "application/json",
                $$$"""{"id":"x","choices":[{"index":0,"message":{{{message}}},"finish_reason":"{{{(WantsTool(body) ? "tool_calls" : "stop")}}}"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}""");
        }

        private static bool WantsTool(JsonElement body) =>
            body.TryGetProperty("tools", out var tools) && tools.GetArrayLength() > 0
            && body.GetProperty("messages").EnumerateArray().Last().GetProperty("role").GetString() == "user";

        private static string VectorsFor(JsonElement input)
        {
            var count = input.ValueKind == JsonValueKind.Array ? input.GetArrayLength() : 1;
            var data = Enumerable.Range(0, count).Select(index => $$"""{"object":"embedding","index":{{index}},"embedding":[0.6,0.8,0,0]}""");
            return $$$"""{"id":"x","object":"list","data":[{{{string.Join(',', data)}}}],"model":"mistral-embed","usage":{"prompt_tokens":3,"completion_tokens":0,"total_tokens":3}}""";
        }
    }
}
