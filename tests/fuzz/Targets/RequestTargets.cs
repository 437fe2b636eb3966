using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Dialects.Answers;
using Dragoman.Dialects.Ollama;
using Dragoman.Dialects.OpenAIChat;
using Dragoman.Gateway.Tests.Dialects;
using Dragoman.Gateway.Tests.Matrix;
using Dragoman.Pipeline;
using Dragoman.Pipeline.Memory;
using Dragoman.Schemas;
using Dragoman.WebSockets;
using Dragoman.Wire;

namespace Dragoman.Fuzz;

/// <summary>
/// A client's request in every dialect, read as the pipeline reads it and written for every provider. For any bytes, only a
/// <see cref="GatewayException"/> is thrown, the written body is JSON, and the client's dialect can write the error.
/// </summary>
internal static class RequestTargets
{
    private const string Model = "upstream";

    public static readonly IReadOnlyList<FuzzTarget> All =
    [
        .. ClientDialect.All.Select(client => new FuzzTarget($"request-{client.Name.Replace(' ', '-')}", InputKind.Json, bytes => ReadAndWrite(client, bytes))),
        new("request-embeddings", InputKind.Json, ReadEmbeddings),
        new("websocket", InputKind.Json, ReadMessages),
    ];

    private static void ReadAndWrite(ClientDialect client, byte[] bytes)
    {
        if (Parse(bytes) is not { } body)
            return;
        using (body)
        {
            ChatRequest request;
            try
            {
                request = client.Dialect.Read(body.RootElement, RequestContext.Bare) with { Source = JsonMembers.TryReadFirst(bytes) };
                client.Dialect.FindMissingCapability(request, new ModelCapabilities([], AreCertain: false));
                var local = new ArrayBufferWriter<byte>();
                if (client.Dialect.TryAnswerLocally(InboundCalls.Context(request), local))
                    AssertJson(local.WrittenMemory);
            }
            catch (GatewayException refusal)
            {
                AssertTold(client, refusal.Error);
                return;
            }

            foreach (var family in ProviderFamily.All)
                Write(client, family, request);
        }
    }

    /// <summary>Step 6 of the pipeline, without downloads.</summary>
    private static void Write(ClientDialect client, ProviderFamily family, ChatRequest request)
    {
        try
        {
            var dialect = family.Dialect;
            // Bytes after the request's JSON are not passed through.
            if (dialect.TryPassThrough(request, Model) is { } passed)
            {
                AssertCall(passed);
                return;
            }

            if (request.FamilyMembers.Count > 0)
                return;
            if (request.Format is { Schema: { } wanted } format)
                SchemaCheck.RefuseUnusable(wanted, format.Field);
            foreach (var tool in request.Tools.Where(tool => tool is { FreeText: null, Parameters: not null }))
                SchemaCheck.RefuseUnusable(tool.Parameters!, tool.Field);
            var fitted = ToolNames.Adapt(request, dialect.TraitsOf(Model).ToolNames) is { } adapted ? adapted.Request : request;
            var losses = new LossReport();
            var call = dialect.Write(fitted, Model, losses);
            AssertCall(call);
            Assert.True(losses.ToString().All(unit => unit is >= ' ' and <= '~'), "a loss that no header may hold");
            foreach (var (name, value) in call.Headers)
                Assert.True((name + value).All(unit => unit is >= ' ' and <= '~'), "a header that may not be sent");
            if (call.AnswerSchema is { } schema)
                AnswerSchema.Parse(schema);
            if (dialect is ICountsTokens counts)
                AssertCall(counts.WriteTokenCount(fitted, Model, losses));
        }
        catch (GatewayException refusal)
        {
            AssertTold(client, refusal.Error);
        }
    }

    private static void ReadEmbeddings(byte[] bytes)
    {
        if (Parse(bytes) is not { } body)
            return;
        using (body)
        {
            foreach (var read in (Func<JsonElement, EmbeddingRequest>[])[json => OllamaEmbeddings.ReadEmbed(json), json => OllamaEmbeddings.ReadEmbeddings(json), json => OpenAIEmbeddings.Read(json).Request])
            {
                foreach (var dialect in ProviderFamily.All.Select(family => family.Dialect).OfType<IEmbeds>())
                {
                    try
                    {
                        var request = read(body.RootElement);
                        AssertCall(dialect.WriteEmbeddings(request, Model, new LossReport()));
                    }
                    catch (GatewayException refusal)
                    {
                        AssertTold(ClientDialect.Chat, refusal.Error);
                    }
                }
            }
        }
    }

    /// <summary>Reads the input as messages of one connection, one per line.</summary>
    private static void ReadMessages(byte[] bytes)
    {
        using var budget = new MemoryBudget(MemoryBudget.Default, TimeProvider.System, () => 0, ProcessHeap.Instance);
        foreach (var session in (MessageSession[])[new ChatSession(), new ResponsesSession(1024 * 1024, budget)])
        {
            foreach (var range in bytes.AsSpan().Split((byte)'\n'))
            {
                // Invalid UTF-8 was already rejected.
                var text = bytes.AsMemory(range);
                if (!Utf8.IsValid(text.Span))
                    continue;
                var message = session.Read(text);
                if (message.Refusal is { } refusal)
                {
                    AssertTold(ClientDialect.Chat, refusal);
                    continue;
                }

                if (message.IsCancel || message.Body.IsEmpty)
                    continue;
                try
                {
                    var answer = session.Open(message, "req-1");
                    var batch = new Wire.MessageBatch();
                    answer.AddFailure(400, "{\"error\":1}"u8, default, batch);
                    AssertJson(batch[0]);
                }
                catch (GatewayException error)
                {
                    AssertTold(ClientDialect.Chat, error.Error);
                }
            }
        }
    }

    /// <summary>Parses like <see cref="Exchange.ReadJsonAsync"/>. Null for what that rejects.</summary>
    private static JsonDocument? Parse(byte[] bytes)
    {
        if (!Utf8.IsValid(bytes))
            return null;
        try
        {
            return JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = Exchange.DeepestJson });
        }
        catch (JsonException)
        {
        }

        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = Exchange.DeepestJson });
            return JsonDocument.ParseValue(ref reader);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void AssertTold(ClientDialect client, GatewayError error)
    {
        Assert.NotEmpty(error.Message);
        Assert.InRange(client.Dialect.Errors.StatusOf(error), 400, 599);
        client.MessageOf(client.ErrorBody(error));
    }

    private static void AssertCall(UpstreamCall call)
    {
        AssertJson(call.Body);
        Assert.False(call.Path.StartsWith('/'), "a path that leaves the base path");
    }

    private static void AssertJson(ReadOnlyMemory<byte> json)
    {
        using var parsed = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1000 });
        Assert.NotEqual(JsonValueKind.Undefined, parsed.RootElement.ValueKind);
    }
}
