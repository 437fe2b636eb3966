namespace Dragoman.Storm;

/// <summary>A request that was sent, and what its client knows of it.</summary>
/// <param name="Id">Its id, which is also in its prompt.</param>
/// <param name="Ask">Of what kind it is.</param>
/// <param name="Key">The id of its key.</param>
/// <param name="Run">The gateway it was sent to.</param>
internal sealed record Asked(string Id, Ask Ask, string Key, GatewayRun Run)
{
    /// <summary>The tokens that the client has received.</summary>
    public int Tokens { get; set; }

    public Ending Ending { get; set; }

    /// <summary>Something that must not happen.</summary>
    public string? Surprise { get; set; }
}

/// <summary>How a request ended for its client.</summary>
internal enum Ending
{
    /// <summary>The client has left.</summary>
    Left,

    /// <summary>The whole answer has arrived.</summary>
    Answered,

    /// <summary>The gateway has answered that the provider failed, before or in the middle of an answer.</summary>
    Failed,

    /// <summary>A budget has refused it.</summary>
    Refused,

    /// <summary>The gateway could not serve it, because the store was away or it was ending.</summary>
    Busy,

    /// <summary>The connection broke.</summary>
    Broken,
}
