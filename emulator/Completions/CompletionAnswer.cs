using System.Buffers;
using System.Text.Json;
using Dragoman.Emulator.Api;
using Dragoman.Emulator.Behaviors;
using Dragoman.Emulator.Inspection;

namespace Dragoman.Emulator.Completions;

/// <summary>Delivers a completion, streamed or whole, with the requested pace and faults.</summary>
internal sealed class CompletionAnswer(HttpContext context, Completion completion, Delivery delivery, CapturedRequest? captured)
{
    private const int FlushThreshold = 16 * 1024;

    private readonly HttpResponse response = context.Response;

    // What is written to the response itself is cut into HTTP chunks wherever the server's memory happens to end, so that the
    // same answer has other bytes each time, and faults at a chosen byte of it miss.
    private readonly ArrayBufferWriter<byte> unsent = new(1024);

    private long written;

    /// <summary>The answer to a request, unless its behavior asks for an error.</summary>
    /// <exception cref="RefusalException">The behavior asks for a status or for a blocked prompt.</exception>
    public static CompletionAnswer For(ApiCall call, Completion completion, TimeProvider time, bool blocks = true)
    {
        completion.Behavior.ThrowIfRefused();
        if (blocks && completion.Behavior.Blocks)
            throw new RefusalException(Refusal.Blocked);
        return new(call.Context, completion, new Delivery(completion.Behavior, time), call.Captured);
    }

    /// <summary>Sends a stream of events. The choices' pieces alternate.</summary>
    public async Task StreamAsync(IChunkFormat format, CancellationToken cancellation)
    {
        response.ContentType = format.ContentType;
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        await response.StartAsync(cancellation);
        await response.BodyWriter.FlushAsync(cancellation);
        await delivery.WaitForFirstTokenAsync(cancellation);

        foreach (var choice in completion.Choices)
            format.Begin(unsent, choice);
        var active = new List<Choice>(completion.Choices);
        while (active.Count > 0)
        {
            for (var turn = 0; turn < active.Count; turn++)
            {
                var choice = active[turn];
                var hasMore = choice.TryNext(out var delta);
                var isLast = active.Count == 1 && (!hasMore || delta.Kind == DeltaKind.ToolCalls);
                var fault = delivery.FaultBefore(delta.Tokens, isLast);
                if (fault != Fault.None)
                {
                    await BreakAsync(format, fault, cancellation);
                    return;
                }

                Usage? usage = isLast ? completion.Usage : null;
                if (usage is { } reported)
                    captured?.Report(reported);
                var finished = !hasMore;
                if (hasMore)
                {
                    var wait = delivery.GiveAsync(delta.Tokens, cancellation);
                    if (!wait.IsCompletedSuccessfully)
                    {
                        await FlushAsync(cancellation);
                        await wait;
                    }

                    finished = format.Write(unsent, choice, delta, usage);
                    written = delivery.Given;
                }
                else
                {
                    format.Finish(unsent, choice, usage);
                }

                if (finished)
                    active.RemoveAt(turn--);
                if (delivery.Behavior.IsPaced || unsent.WrittenCount >= FlushThreshold)
                    await FlushAsync(cancellation);
            }

            cancellation.ThrowIfCancellationRequested();
        }

        format.End(unsent, completion.Usage);
        captured?.Complete(response.StatusCode);
        await FlushAsync(cancellation);
    }

    /// <summary>Sends one JSON object. A long one is sent in parts.</summary>
    public async Task SendAsync(IBodyFormat format, CancellationToken cancellation)
    {
        await delivery.WaitForFirstTokenAsync(cancellation);
        using var json = new Utf8JsonWriter(unsent, ServerSentEvents.WriterOptions);
        format.Begin(json);
        foreach (var choice in completion.Choices)
        {
            format.BeginChoice(json, choice);
            while (choice.TryNext(out var delta))
            {
                if (delivery.FaultBefore(delta.Tokens) is not Fault.None and var fault)
                {
                    await BreakAsync(null, fault, cancellation);
                    return;
                }

                await delivery.GiveAsync(delta.Tokens, cancellation);
                format.Write(json, choice, delta);
                written = delivery.Given;
                if (json.BytesPending + unsent.WrittenCount >= FlushThreshold)
                {
                    json.Flush();
                    if (!response.HasStarted)
                        response.ContentType = "application/json";
                    await FlushAsync(cancellation);
                }
            }

            format.EndChoice(json, choice);
        }

        if (delivery.FaultBefore(0, atEnd: true) is not Fault.None and var last)
        {
            await BreakAsync(null, last, cancellation);
            return;
        }

        format.End(json, completion.Usage);
        json.Flush();
        if (!response.HasStarted)
        {
            response.ContentType = "application/json";
            response.ContentLength = unsent.WrittenCount;
        }

        captured?.Report(completion.Usage);
        captured?.Complete(response.StatusCode);
        await FlushAsync(cancellation);
    }

    /// <summary>Tokens count before they are sent, so that nobody can have received more than were counted.</summary>
    private async Task FlushAsync(CancellationToken cancellation)
    {
        captured?.CountTokens(written);
        await response.BodyWriter.WriteAsync(unsent.WrittenMemory, cancellation);
        unsent.ResetWrittenCount();
    }

    private async Task BreakAsync(IChunkFormat? stream, Fault fault, CancellationToken cancellation)
    {
        if (fault == Fault.Error && stream is not null)
        {
            stream.Error(unsent);
            captured?.Complete(response.StatusCode);
        }

        if (stream is not null)
            await FlushAsync(cancellation);
        switch (fault)
        {
            case Fault.Stall:
                await Delivery.StallAsync(cancellation);
                break;
            case Fault.Error when stream is not null:
                break;
            case Fault.Error when !response.HasStarted:
                throw new RefusalException(Refusal.Unavailable);
            default:
                captured?.Cut();
                Delivery.Cut(context);
                break;
        }
    }
}
