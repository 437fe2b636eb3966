using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Dragoman.Access;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Anthropic.Inbound;
using Dragoman.Dialects.Ollama;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Dialects.OpenAICompletions;
using Dragoman.Dialects.OpenAIResponses.Inbound;
using Dragoman.Gateway.Tests.Dialects;
using Dragoman.Pipeline;
using Dragoman.Pipeline.Embeddings;
using Dragoman.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dragoman.Gateway.Tests.Translation;

/// <summary>Everything between a client's JSON and a provider's, at every provider of the tables.</summary>
public sealed partial class TranslationGateway : IAsyncLifetime
{
    private static readonly Dictionary<string, IInboundDialect> Generating = new IInboundDialect[]
    {
        new OpenAIChat(), new OpenAICompletions(), new OllamaChat(), new OllamaGenerate(), new OpenAIResponses(), new AnthropicMessages(),
    }.ToDictionary(dialect => dialect.Name);

    private static readonly Dictionary<string, Func<JsonElement, EmbeddingRequest>> Embedding = new()
    {
        ["openai.embeddings"] = body => OpenAIEmbeddings.Read(body).Request,
        ["ollama.embed"] = body => OllamaEmbeddings.ReadEmbed(body),
        ["ollama.embeddings"] = body => OllamaEmbeddings.ReadEmbeddings(body),
    };

    private readonly ManualTimeProvider clock = new();
    private ScriptedUpstream links = null!;
    private Exchange exchange = null!;

    internal static IReadOnlyCollection<IInboundDialect> Dialects => Generating.Values;

    internal static IEnumerable<string> DialectNames => Generating.Keys.Concat(Embedding.Keys);

    public async Task InitializeAsync()
    {
        links = await ScriptedUpstream.StartAsync();
        links.Answer = SendMediumAsync;
        var providers = new JsonObject();
        foreach (var provider in TranslationProvider.All)
        {
            foreach (var (name, target) in provider.Targets)
                providers[NameOf(provider, name)] = target.Settings.DeepClone();
        }

        var configuration = ConfigurationReader.Read(
            new JsonObject { ["providers"] = providers, ["access"] = new JsonObject { ["downloads"] = "any" } }.ToJsonString(),
            "test",
            new Dictionary<string, string>());
        exchange = new Exchange(new DefaultHttpContext(), new GatewayRuntime(new GatewaySnapshot(configuration, clock), clock, NullLoggerFactory.Instance, handsOver: false), new OpenAIChat().Errors, "r")
        {
            Caller = new Caller { Team = "team" },
        };
    }

    public async Task DisposeAsync()
    {
        exchange.Snapshot.Dispose();
        await links.DisposeAsync();
    }

    /// <summary>The client's JSON with values that are only known at run time: addresses of media, and sealed envelopes.</summary>
    internal JsonElement Fill(JsonObject request)
    {
        var text = LinkPlaceholder().Replace(request.ToJsonString(), match => $"{links.BaseUrl}/{match.Groups[1].Value}");
        text = StatePlaceholder().Replace(text, match => exchange.Snapshot.States.Of("team").Wrap(
            OpaqueState.Of(Enum.Parse<StateKind>(match.Groups[1].Value), match.Groups[2].Value, match.Groups[3].Value)));
        return Json.Parse(text);
    }

    /// <summary>The text that replaces a link after the download.</summary>
    internal string? FetchedFrom(string text) =>
        text.StartsWith(links.BaseUrl, StringComparison.Ordinal) ? Convert.ToBase64String(MediumAt(text)) : null;

    internal async Task<TranslationOutcome> RunAsync(string dialect, TranslationProvider provider, string @case, JsonElement body, IReadOnlyDictionary<string, string> headers)
    {
        var target = provider.Targets[@case];
        var named = new Target(NameOf(provider, @case), target.Model);
        var upstream = exchange.Snapshot.ProviderOf(named);
        var losses = new LossReport();
        try
        {
            UpstreamCall call;
            if (Embedding.TryGetValue(dialect, out var readEmbedding))
            {
                var embedding = readEmbedding(body);
                call = EmbeddingBatch.Write(EmbeddingBatch.DialectOf(upstream, embedding), embedding, upstream.ModelOf(named), losses);
            }
            else
            {
                var request = Generating[dialect].Read(body, new RequestContext(name => headers.GetValueOrDefault(name), exchange.Snapshot.States.Of("team"))) with
                {
                    Source = JsonMembers.TryRead(Encoding.UTF8.GetBytes(body.GetRawText())),
                };
                var written = await Step6Write.RunAsync(exchange, upstream, upstream.ModelOf(named), request);
                call = written.Call;
                losses = written.Losses;
            }

            return new TranslationOutcome(null, losses.Items, Json.Parse(Describe(call).ToJsonString()));
        }
        catch (GatewayException refusal)
        {
            return new TranslationOutcome(refusal.Error, losses.Items, default);
        }
    }

    /// <summary>The body, and the parts of the call that are not in the body.</summary>
    private static JsonObject Describe(UpstreamCall call)
    {
        var sent = JsonNode.Parse(call.Body.Span)!.AsObject();
        sent["(path)"] = call.Path;
        foreach (var (name, value) in call.Headers)
            sent[$"(header {name})"] = value;
        if (call.LocalStop.Count > 0)
            sent["(gateway stops at)"] = string.Join(',', call.LocalStop);
        if (call.AnswerSchema is { } schema)
            sent["(gateway checks)"] = schema;
        return sent;
    }

    private static string NameOf(TranslationProvider provider, string @case) => @case.Length == 0 ? provider.Name : $"{provider.Name}-{Array.IndexOf([.. provider.Targets.Keys], @case)}";

    private static Task SendMediumAsync(HttpContext http) => http.Response.Body.WriteAsync(MediumAt(http.Request.Path)).AsTask();

    private static byte[] MediumAt(string path) => Path.GetExtension(path) switch
    {
        ".png" => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3],
        ".wav" => [.. "RIFF"u8, 4, 0, 0, 0, .. "WAVE"u8],
        _ => "%PDF-1.7 linked"u8.ToArray(),
    };

    [GeneratedRegex(@"\{link:([^}]+)\}")]
    private static partial Regex LinkPlaceholder();

    [GeneratedRegex(@"\{state:([^:}]+):([^:}]+):([^}]+)\}")]
    private static partial Regex StatePlaceholder();
}

/// <param name="Error">The error when nothing is sent, or null.</param>
/// <param name="Losses">The reported losses.</param>
/// <param name="Sent">The call, if there is one.</param>
internal sealed record TranslationOutcome(GatewayError? Error, IReadOnlyList<Loss> Losses, JsonElement Sent);
