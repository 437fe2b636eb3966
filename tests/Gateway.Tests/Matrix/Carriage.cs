using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>What a dialect can represent of an answer, as data. Everything that is not listed here is preserved.</summary>
internal sealed record Carriage
{
    public bool Reasoning { get; init; } = true;

    public bool Calls { get; init; } = true;

    /// <summary>False when a call whose arguments a limit or a filter cut off is dropped.</summary>
    public bool CutCalls { get; init; } = true;

    /// <summary>False when the text of a refusal is part of the answer's text.</summary>
    public bool Refusal { get; init; } = true;

    /// <summary>False when the dialect can only hold the first choice.</summary>
    public bool FurtherChoices { get; init; } = true;

    public bool StopSequence { get; init; }

    public bool CacheRead { get; init; } = true;

    public bool CacheWrite { get; init; }

    public bool ReasoningTokens { get; init; } = true;

    /// <summary>The count that is reported when the provider reported none. Null when none is reported.</summary>
    public long? UncountedAs { get; init; }

    /// <summary>The stop reasons that the dialect lacks, and the reasons that are read in their place.</summary>
    public IReadOnlyDictionary<StopReason, StopReason> StopsAs { get; init; } = new Dictionary<StopReason, StopReason>();

    /// <summary>The stop reason of a refusal that ended normally. Null when it is the same as for any other answer.</summary>
    public StopReason? RefusedAs { get; init; }

    /// <summary>The error for an answer of which nothing is left. Null when the answer is empty instead.</summary>
    public string? Withheld { get; init; }

    public Said Of(Said said)
    {
        if (said.Error is not null)
            return said;
        var choices = FurtherChoices ? said.Choices : [.. said.Choices.Take(1)];
        if (Withheld is not null && choices is [{ Stop: StopReason.ContentFilter, Words: "", WholeCalls: "" }])
            return Said.Failed(Withheld);
        return new Said([.. choices.Select(Of)], Of(said.Usage), null);
    }

    private SaidChoice Of(SaidChoice choice)
    {
        var stop = choice.Stop ?? StopReason.Stop;
        if (!CutCalls && (stop.IsLimit() || stop == StopReason.ContentFilter))
            choice = choice with { Calls = choice.WholeCalls };
        if (choice.Refusal.Length > 0 && stop.IsNatural() && RefusedAs is { } refused)
            stop = refused;
        stop = StopsAs.GetValueOrDefault(stop, stop);
        // A client that gets calls expects the stop reason for calls.
        if (stop.IsNatural() && Calls && choice.Calls.Length > 0)
            stop = StopReason.ToolCalls;
        return choice with
        {
            Reasoning = Reasoning ? choice.Reasoning : "",
            Calls = Calls ? choice.Calls : "",
            Text = Refusal ? choice.Text : choice.Words,
            Refusal = Refusal ? choice.Refusal : "",
            Stop = stop,
            StopSequence = StopSequence && stop == StopReason.StopSequence ? choice.StopSequence : null,
        };
    }

    private Usage Of(Usage usage)
    {
        if (usage.Origin != UsageOrigin.Reported)
            return UncountedAs is { } count ? new Usage(count, count) : Usage.Absent;
        return usage with
        {
            CacheRead = CacheRead ? usage.CacheRead : 0,
            CacheWrite = CacheWrite ? usage.CacheWrite : 0,
            Reasoning = ReasoningTokens ? usage.Reasoning : 0,
        };
    }
}
