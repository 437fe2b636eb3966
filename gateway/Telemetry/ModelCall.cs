using System.Diagnostics;
using Dragoman.Configuration;
using Dragoman.Conversation;

namespace Dragoman.Telemetry;

/// <summary>One call to a model's provider, as a span and in metrics. It has names, counts and times, and never a prompt, an answer or a key.</summary>
internal sealed class ModelCall
{
    private readonly Activity? span;
    private readonly TimeSpan begunAfter;
    private readonly bool isStream;
    private List<string>? finishReasons;
    private string? responseId;

    /// <param name="operation">The convention's word: <c>chat</c>, <c>text_completion</c> or <c>embeddings</c>.</param>
    /// <param name="provider">The provider's settings.</param>
    /// <param name="address">The provider's address.</param>
    /// <param name="model">The provider's name of the model.</param>
    /// <param name="isStream">Whether a stream is asked for.</param>
    /// <param name="begunAfter">The time since the request arrived.</param>
    public ModelCall(string operation, ProviderSettings provider, Uri address, string model, bool isStream, TimeSpan begunAfter)
    {
        (Operation, Provider, ProviderName, Address, Model) = (operation, provider.Name, GenAI.NameOf(provider.Dialect), address, model);
        (this.isStream, this.begunAfter) = (isStream, begunAfter);
        span = Tracing.IsOn ? Tracing.Source.StartActivity($"{operation} {model}", ActivityKind.Client) : null;
        if (span is not { IsAllDataRequested: true })
            return;
        span.SetTag(GenAI.Operation, operation);
        span.SetTag(GenAI.ProviderName, ProviderName);
        span.SetTag(GenAI.Provider, Provider);
        span.SetTag(GenAI.RequestModel, model);
        span.SetTag(GenAI.ServerAddress, address.Host);
        span.SetTag(GenAI.ServerPort, address.Port);
        if (isStream)
            span.SetTag(GenAI.RequestStream, true);
    }

    /// <summary>Whether anything listens.</summary>
    public static bool IsOn => Tracing.IsOn || ModelMetrics.IsOn;

    public string Operation { get; }

    /// <summary>The operator's name of the provider.</summary>
    public string Provider { get; }

    /// <summary>The convention's name of the provider.</summary>
    public string ProviderName { get; }

    public Uri Address { get; }

    /// <summary>The provider's name of the model.</summary>
    public string Model { get; }

    /// <summary>The answer has begun.</summary>
    /// <param name="id">The provider's id of it; null if it has none.</param>
    public void Starts(string? id) => responseId = id;

    /// <summary>One of the answer's choices has ended.</summary>
    public void Stops(StopReason reason)
    {
        if (span is { IsAllDataRequested: true })
            (finishReasons ??= []).Add(GenAI.NameOf(reason));
    }

    /// <summary>The call is over, in whatever way.</summary>
    /// <param name="endedAfter">The time since the request arrived.</param>
    /// <param name="firstAfter">The time from the request's arrival to the first content; null if none came.</param>
    /// <param name="usage">What was used.</param>
    /// <param name="error">Why it failed; null if it did not.</param>
    /// <param name="isLeft">Whether it was given up because the client has left, which says nothing about the provider.</param>
    public void End(TimeSpan endedAfter, TimeSpan? firstAfter, in Usage usage, ErrorKind? error, bool isLeft)
    {
        var first = isStream ? firstAfter - begunAfter : null;
        if (!isLeft)
            ModelMetrics.Count(this, endedAfter - begunAfter, first, usage, error);
        if (span is null)
            return;
        if (span.IsAllDataRequested)
            Describe(span, first, usage, error, isLeft);
        span.Dispose();
    }

    private void Describe(Activity described, TimeSpan? first, in Usage usage, ErrorKind? error, bool isLeft)
    {
        if (responseId is not null)
            described.SetTag(GenAI.ResponseId, responseId);
        if (finishReasons is not null)
            described.SetTag(GenAI.FinishReasons, finishReasons.ToArray());
        if (first is { } time)
            described.SetTag("dragoman.time_to_first_token", time.TotalSeconds);
        if (usage.Origin != UsageOrigin.Absent)
        {
            described.SetTag(GenAI.InputTokens, usage.InputTotal);
            described.SetTag(GenAI.OutputTokens, usage.OutputTotal);
            SetUnlessZero(described, GenAI.CacheReadTokens, usage.CacheRead);
            SetUnlessZero(described, GenAI.CacheWriteTokens, usage.CacheWrite);
            SetUnlessZero(described, GenAI.ReasoningTokens, usage.Reasoning);
            described.SetTag("dragoman.usage.origin", usage.Origin == UsageOrigin.Reported ? "reported" : "estimated");
        }

        if (isLeft)
            described.SetTag("dragoman.client_left", true);
        if (error is not { } kind)
            return;
        described.SetTag(GenAI.ErrorType, GenAI.NameOf(kind));
        described.SetStatus(ActivityStatusCode.Error);
    }

    private static void SetUnlessZero(Activity described, string name, long count)
    {
        if (count > 0)
            described.SetTag(name, count);
    }
}
