using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>What a dialect carries of an answer, as data: everything that is not told here comes through as it is.</summary>
internal sealed record Carriage
{
    public bool Reasoning { get; init; } = true;

    public bool Calls { get; init; } = true;

    /// <summary>False: a call whose arguments a limit or a filter cut off is left out.</summary>
    public bool CutCalls { get; init; } = true;

    /// <summary>False: the words of a refusal stand among the text.</summary>
    public bool Refusal { get; init; } = true;

    /// <summary>False: only the first answer has a place.</summary>
    public bool FurtherChoices { get; init; } = true;

    public bool StopSequence { get; init; }

    public bool CacheRead { get; init; } = true;

    public bool CacheWrite { get; init; }

    public bool ReasoningTokens { get; init; } = true;

    /// <summary>What is told where the provider counted nothing; null: nothing is told.</summary>
    public long? UncountedAs { get; init; }

    /// <summary>The reasons that the dialect has no word for, and what is read in their place.</summary>
    public IReadOnlyDictionary<StopReason, StopReason> StopsAs { get; init; } = new Dictionary<StopReason, StopReason>();

    /// <summary>How an answer with a refusal stops that stopped by itself; null: as any other.</summary>
    public StopReason? RefusedAs { get; init; }

    /// <summary>The error of an answer of which nothing is left; null: it is an empty answer.</summary>
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
        // Whoever reads calls waits for their results.
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
