using System.Buffers;
using System.Text.Json;
using Dragoman.Emulator.Behaviors;
using Dragoman.Emulator.Chat;
using Dragoman.Emulator.Completions;
using Dragoman.Emulator.Embeddings;
using Dragoman.Emulator.Errors;
using Dragoman.Emulator.Inspection;
using Dragoman.Emulator.Models;

namespace Dragoman.Emulator;

/// <summary>The routes: Mistral's API under <c>/v1</c>, inspection, metadata and health.</summary>
/// <param name="log">Where requests are captured.</param>
/// <param name="time">The clock.</param>
/// <param name="stopping">Cancelled when the process has to end; open answers are then broken off.</param>
internal sealed class EmulatedApi(RequestLog log, TimeProvider time, CancellationToken stopping)
{
    private const string ModelPath = "/v1/models/";

    public async Task HandleAsync(HttpContext context)
    {
        AnswerHeaders.Set(context);
        try
        {
            switch (context.Request.Path.Value)
            {
                case "/":
                    Allow(context, "GET");
                    await SendAsync(context, Metadata.Write);
                    break;
                case "/health":
                    Allow(context, "GET");
                    await SendAsync(context, WriteOk);
                    break;
                case "/__emulator/reset" or "/__parlel/reset":
                    Allow(context, "POST");
                    log.Clear();
                    await SendAsync(context, WriteOk);
                    break;
                case "/__emulator/requests" or "/__parlel/requests":
                    Allow(context, "GET", "DELETE");
                    var clears = HttpMethods.IsDelete(context.Request.Method);
                    if (clears)
                        log.Clear();
                    await SendAsync(context, clears ? WriteOk : log.Write);
                    break;
                default:
                    await CaptureAsync(context);
                    break;
            }
        }
        catch (MistralException failure)
        {
            await SendAsync(context, failure.Error);
        }
    }

    private async Task CaptureAsync(HttpContext context)
    {
        var captured = log.IsOn ? new CapturedRequest(context.Request, time) : null;
        using var closed = captured is null
            ? default
            : context.RequestAborted.UnsafeRegister(static state => ((CapturedRequest)state!).ConnectionClosed(), captured);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        using var call = new ApiCall(context, captured, log, leaving.Token);
        try
        {
            await RouteAsync(call);
        }
        catch (MistralException failure) when (!context.Response.HasStarted)
        {
            call.Record();
            captured?.Complete(failure.Error.Status);
            await SendAsync(context, failure.Error);
        }
        catch (Exception broken) when (broken is OperationCanceledException or IOException)
        {
            captured?.ConnectionClosed();
            context.Abort();
        }
    }

    private Task RouteAsync(ApiCall call)
    {
        var context = call.Context;
        var path = context.Request.Path.Value ?? "";
        if (!path.StartsWith("/v1/", StringComparison.Ordinal))
            throw new MistralException(MistralError.NotFound);
        Authorize(context.Request);
        switch (path)
        {
            case "/v1/chat/completions":
                Allow(context, "POST");
                return ChatAsync(call);
            case "/v1/fim/completions":
                Allow(context, "POST");
                return FimAsync(call);
            case "/v1/completions":
                Allow(context, "POST");
                return LegacyAsync(call);
            case "/v1/embeddings":
                Allow(context, "POST");
                return EmbedAsync(call);
            case "/v1/models":
                Allow(context, "GET");
                return SendAsync(call, WriteModels);
            default:
                if (!path.StartsWith(ModelPath, StringComparison.Ordinal) || path.Length == ModelPath.Length)
                    throw new MistralException(MistralError.NotFound);
                Allow(context, "GET");
                return SendAsync(call, ModelCatalog.Find(path[ModelPath.Length..], StatusCodes.Status404NotFound).Write);
        }
    }

    private async Task ChatAsync(ApiCall call)
    {
        var (completion, seed) = await call.ReadAsync(root => ChatAnswer.Read(root, call.BehaviorHeader));
        await CompleteAsync(call, completion, seed);
    }

    private async Task FimAsync(ApiCall call)
    {
        var (completion, seed) = await call.ReadAsync(root => FimRequest.Read(root, call.BehaviorHeader));
        await CompleteAsync(call, completion, seed);
    }

    private async Task CompleteAsync(ApiCall call, Completion completion, ulong seed)
    {
        var (id, created) = (NewId(), time.GetUtcNow().ToUnixTimeSeconds());
        var answer = Answer(call, completion);
        if (completion.Options.Stream)
            await answer.StreamAsync(new ChatChunks(id, created, completion, seed), call.Cancellation);
        else
            await answer.SendAsync(new ChatBody(id, created, completion.Options), call.Cancellation);
    }

    private async Task LegacyAsync(ApiCall call)
    {
        var (completion, usageComesLast) = await call.ReadAsync(root => LegacyRequest.Read(root, call.BehaviorHeader));
        var format = new TextCompletion($"cmpl-{NewId()}", time.GetUtcNow().ToUnixTimeSeconds(), completion.Options.RequestedModel, usageComesLast);
        var answer = Answer(call, completion);
        if (completion.Options.Stream)
            await answer.StreamAsync(format, call.Cancellation);
        else
            await answer.SendAsync(format, call.Cancellation);
    }

    private async Task EmbedAsync(ApiCall call)
    {
        var request = await call.ReadAsync(root => EmbeddingRequest.Read(root, call.BehaviorHeader));
        ThrowInjected(request.Behavior);
        var delivery = new Delivery(request.Behavior, time);
        await delivery.WaitForFirstTokenAsync(call.Cancellation);
        switch (delivery.FaultBefore(0, atEnd: true))
        {
            case Fault.Error:
                throw new MistralException(MistralError.Unavailable);
            case Fault.Cut:
                call.Captured?.Cut();
                await Delivery.CutAsync(call.Context);
                return;
            case Fault.Stall:
                await Delivery.StallAsync(call.Cancellation);
                return;
        }

        AnswerHeaders.SetTokenCost(call.Context, request.PromptTokens);
        await SendAsync(call, json => EmbeddingAnswer.Write(json, request, NewId()));
    }

    private CompletionAnswer Answer(ApiCall call, Completion completion)
    {
        var behavior = completion.Options.Behavior;
        ThrowInjected(behavior);
        AnswerHeaders.SetTokenCost(call.Context, completion.PromptTokens);
        return new CompletionAnswer(call.Context, completion, new Delivery(behavior, time), call.Captured);
    }

    private static void ThrowInjected(EmulatedBehavior behavior)
    {
        if (behavior.Status is { } status)
            throw new MistralException(MistralError.Injected(status, behavior.RetryAfter));
    }

    private static void Authorize(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        var authorization = request.Headers.Authorization.ToString();
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || string.IsNullOrWhiteSpace(authorization[Scheme.Length..]))
            throw new MistralException(MistralError.Unauthorized);
    }

    private static void Allow(HttpContext context, params ReadOnlySpan<string> methods)
    {
        var method = HttpMethods.IsHead(context.Request.Method) ? "GET" : context.Request.Method;
        if (!methods.Contains(method))
            throw new MistralException(MistralError.MethodNotAllowed(string.Join(", ", methods)));
    }

    private static void WriteOk(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("status"u8, "ok"u8);
        json.WriteEndObject();
    }

    private static void WriteModels(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var card in ModelCatalog.Listed)
            card.Write(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>What a test reads of the request right after its answer has to be there already: it is completed first.</summary>
    private static Task SendAsync(ApiCall call, Action<Utf8JsonWriter> write)
    {
        call.Record();
        call.Captured?.Complete(call.Context.Response.StatusCode);
        return SendAsync(call.Context, write);
    }

    private static Task SendAsync(HttpContext context, MistralError error)
    {
        context.Response.StatusCode = error.Status;
        if (error.RetryAfter is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString();
        if (error.Allow is not null)
            context.Response.Headers.Allow = error.Allow;
        return SendAsync(context, error.Write);
    }

    private static async Task SendAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, ServerSentEvents.WriterOptions))
            write(json);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = buffer.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.BodyWriter.WriteAsync(buffer.WrittenMemory);
    }

    private static string NewId() => Guid.NewGuid().ToString("N");
}
