using System.Buffers;
using System.Text.Json;
using Dragoman.Conversation;
using Dragoman.Dialects;
using Dragoman.Locales;
using Dragoman.Secrets;
using Dragoman.Wire;

namespace Dragoman.Providers;

/// <summary>
/// Loads models that LM Studio has unloaded, through its native endpoint
/// (https://lmstudio.ai/docs/api/rest-api, <c>POST /api/v1/models/load</c>); before LM Studio 0.4, a chat request loaded the model.
/// </summary>
/// <param name="baseUrl">The base URL of the OpenAI-compatible API, such as <c>http://127.0.0.1:1234/v1/</c>.</param>
/// <param name="longest">How long a model may take to load.</param>
/// <param name="clock">The clock that measures this time.</param>
/// <param name="send">Sends a request to the server; throws a <see cref="GatewayException"/> when the server rejects it.</param>
internal sealed class LMStudioModels(
    Uri baseUrl,
    TimeSpan longest,
    TimeProvider clock,
    Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send) : IRecovery
{
    /// <summary>No part of these answers reaches a client.</summary>
    private static readonly CredentialScrub NoCredentials = new([]);

    private const int LargestAnswer = 64 * 1024;

    private static readonly string[] Complaints = ["no models loaded", "model is unloaded", "model unloaded", "model not loaded", "model is not loaded"];

    private readonly Lock gate = new();
    private readonly Dictionary<string, Task> loading = [];

    /// <summary>The address of the native endpoint, which is not below the base URL.</summary>
    public static Uri LoadAddress(Uri baseUrl) => new(baseUrl, "../api/v1/models/load");

    /// <summary>Whether the error means that the model is not loaded. A model that failed to load will not load now either.</summary>
    public static bool IsPutAway(GatewayError error) =>
        !error.Message.Contains("failed to load", StringComparison.OrdinalIgnoreCase)
        && Array.Exists(Complaints, complaint => error.Message.Contains(complaint, StringComparison.OrdinalIgnoreCase));

    public bool IsFor(UpstreamCall call, GatewayError failure) => call.Model is not null && IsPutAway(failure);

    public Task RunAsync(UpstreamCall call, CancellationToken cancellation) => LoadAsync(call.Model!, cancellation);

    /// <summary>Returns when the model is loaded. All calls that wait for a model share one request.</summary>
    /// <exception cref="GatewayException">The model cannot be loaded.</exception>
    public Task LoadAsync(string model, CancellationToken cancellation)
    {
        Task load;
        lock (gate)
        {
            if (!loading.TryGetValue(model, out load!))
                loading[model] = load = Task.Run(() => LoadAndForgetAsync(model), CancellationToken.None);
        }

        return load.WaitAsync(cancellation);
    }

    /// <summary>Continues when a waiting caller leaves, because others may wait too, and the next request needs the model.</summary>
    private async Task LoadAndForgetAsync(string model)
    {
        using var timer = new CancellationTokenSource(longest, clock);
        try
        {
            if (!await TryLoadNativelyAsync(model, timer.Token).ConfigureAwait(false))
                await AskForOneTokenAsync(model, timer.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error)
        {
            throw new GatewayException(new GatewayError(ErrorKind.Timeout, ProviderText.LMStudioTooSlow(model)) { Code = "upstream_timeout" }, error);
        }
        finally
        {
            lock (gate)
                loading.Remove(model);
        }
    }

    /// <summary>False when this version of LM Studio lacks the endpoint.</summary>
    private async Task<bool> TryLoadNativelyAsync(string model, CancellationToken cancellation)
    {
        try
        {
            var answer = await PostAsync(LoadAddress(baseUrl), model, isChat: false, cancellation).ConfigureAwait(false);
            // LM Studio answers 200 to paths that it does not know.
            return answer.Span.IndexOf("Unexpected endpoint"u8) < 0;
        }
        catch (GatewayException refusal) when (refusal.Error is { Kind: ErrorKind.ModelNotFound, Code: not "model_not_found" })
        {
            return false;
        }
    }

    private async Task AskForOneTokenAsync(string model, CancellationToken cancellation) =>
        await PostAsync(UpstreamAddress.Below(baseUrl, "chat/completions"), model, isChat: true, cancellation).ConfigureAwait(false);

    private async Task<ReadOnlyMemory<byte>> PostAsync(Uri address, string model, bool isChat, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = Body(model, isChat) };
        using var response = await send(request, cancellation).ConfigureAwait(false);
        return await response.ReadBodyAsync(LargestAnswer, NoCredentials, cancellation).ConfigureAwait(false);
    }

    private static ReadOnlyMemoryContent Body(string model, bool isChat)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, model);
            if (isChat)
            {
                writer.WriteStartArray("messages"u8);
                writer.WriteStartObject();
                writer.WriteString("role"u8, "user"u8);
                writer.WriteString("content"u8, "hi"u8);
                writer.WriteEndObject();
                writer.WriteEndArray();
                writer.WriteNumber("max_tokens"u8, 1);
            }

            writer.WriteEndObject();
        }

        return new ReadOnlyMemoryContent(output.WrittenMemory) { Headers = { ContentType = new("application/json") } };
    }
}
