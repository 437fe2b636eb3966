using System.Text.Json;
using Dragoman.Emulator.Anthropic;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Azure;
using Dragoman.Emulator.Compatible;
using Dragoman.Emulator.Gemini;
using Dragoman.Emulator.Inspection;
using Dragoman.Emulator.Mistral;
using Dragoman.Emulator.OpenAI;

namespace Dragoman.Emulator;

/// <summary>The routes: a dialect under each prefix, inspection, metadata and health.</summary>
internal sealed class EmulatedApi
{
    private readonly RequestLog log;
    private readonly TimeProvider time;
    private readonly CancellationToken stopping;
    private readonly AcceptedKeys keys = new();
    private readonly MistralApi mistral;
    private readonly (string Prefix, IDialect Dialect)[] dialects;

    /// <param name="log">The log of captured requests.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stopping">Canceled when the process must end. Open answers are then cut off.</param>
    public EmulatedApi(RequestLog log, TimeProvider time, CancellationToken stopping)
    {
        (this.log, this.time, this.stopping) = (log, time, stopping);
        mistral = new MistralApi(time);
        dialects =
        [
            ("/v1", mistral),
            ("/mistral/v1", mistral),
            ("/openai/v1", new OpenAIApi(new OpenAIVariant(), time)),
            ("/azure/openai", new AzureApi(time)),
            ("/anthropic/v1", new AnthropicApi(time)),
            ("/gemini/v1beta", new GeminiApi(time)),
            ("/compat/v1", new OpenAIApi(new CompatibleVariant(), time)),
        ];
    }

    public async Task HandleAsync(HttpContext context)
    {
        RequestId.Set(context);
        if (LocalGuard.FindRefusal(context.Request) is { } refusal)
        {
            await LocalGuard.RefuseAsync(context, refusal);
            return;
        }

        if (keys.IsOn)
            context.Features.Set(keys);
        var path = context.Request.Path.Value ?? "";
        var (prefix, dialect) = DialectOf(path);
        dialect.SetHeaders(context);
        try
        {
            switch (path)
            {
                case "/":
                    Allow(context, "GET");
                    await JsonAnswer.SendAsync(context, Metadata.Write);
                    break;
                case "/health":
                    Allow(context, "GET");
                    await JsonAnswer.SendAsync(context, WriteOk);
                    break;
                case "/__emulator/reset" or "/__parlel/reset":
                    Allow(context, "POST");
                    log.Clear();
                    keys.Clear();
                    await JsonAnswer.SendAsync(context, WriteOk);
                    break;
                case "/__emulator/keys":
                    Allow(context, "PUT", "DELETE");
                    if (HttpMethods.IsPut(context.Request.Method))
                        await keys.ReadAsync(context.Request);
                    else
                        keys.Clear();
                    await JsonAnswer.SendAsync(context, WriteOk);
                    break;
                case "/__emulator/requests" or "/__parlel/requests":
                    Allow(context, "GET", "DELETE");
                    var clears = HttpMethods.IsDelete(context.Request.Method);
                    if (clears)
                        log.Clear();
                    await JsonAnswer.SendAsync(context, clears ? WriteOk : log.Write);
                    break;
                default:
                    await CaptureAsync(context, dialect, path[prefix.Length..]);
                    break;
            }
        }
        catch (RefusalException failure)
        {
            await JsonAnswer.SendAsync(context, dialect.ErrorOf(failure.Refusal));
        }
    }

    private static void Allow(HttpContext context, params ReadOnlySpan<string> methods)
    {
        using var call = new ApiCall(context, null, null, default);
        call.Allow(methods);
    }

    /// <summary>The dialect of a path. A path outside all dialects gets Mistral's error for an unknown path.</summary>
    private (string Prefix, IDialect Dialect) DialectOf(string path)
    {
        foreach (var entry in dialects)
        {
            if (path.Length > entry.Prefix.Length && path[entry.Prefix.Length] == '/' && path.StartsWith(entry.Prefix, StringComparison.Ordinal))
                return entry;
        }

        return (path, mistral);
    }

    private async Task CaptureAsync(HttpContext context, IDialect dialect, string path)
    {
        var captured = log.IsOn ? new CapturedRequest(context.Request, time) : null;
        using var closed = captured is null
            ? default
            : context.RequestAborted.UnsafeRegister(static state => ((CapturedRequest)state!).ConnectionClosed(), captured);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        using var call = new ApiCall(context, captured, log, leaving.Token);
        try
        {
            if (path.Length == 0)
                throw new RefusalException(Refusal.NotFound);
            await dialect.HandleAsync(call, path);
        }
        catch (Exception failure) when (failure is ApiException or RefusalException && !context.Response.HasStarted)
        {
            var error = failure is ApiException worded ? worded.Error : dialect.ErrorOf(((RefusalException)failure).Refusal);
            call.Record();
            captured?.Complete(error.Status);
            await JsonAnswer.SendAsync(context, dialect.Complete(error, context));
        }
        catch (Exception broken) when (broken is OperationCanceledException or IOException)
        {
            captured?.ConnectionClosed();
            context.Abort();
        }
    }

    private static void WriteOk(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("status"u8, "ok"u8);
        json.WriteEndObject();
    }
}
