namespace Dragoman.Bench;

/// <summary>The format the upstream is spoken to in. Added times and ratios are taken among ways of one format.</summary>
internal enum UpstreamWire
{
    OpenAI,
    Anthropic,
}

internal enum WayKind
{
    /// <summary>The upstream itself: what times are added to.</summary>
    Direct,

    /// <summary>A proxy that does nothing else: what ratios are taken against.</summary>
    BareNginx,

    /// <summary>The same of .NET's own parts: how much of a ratio is the platform's.</summary>
    BareDotnet,

    Ours,

    /// <summary>Another gateway.</summary>
    Peer,
}

/// <summary>What a way from the load generator to the upstream is called, and what it is compared with.</summary>
/// <param name="Id">For the command line.</param>
/// <param name="Name">As tables show it.</param>
/// <param name="Wire">Between the last hop and the upstream.</param>
/// <param name="Kind">What it is there for.</param>
internal sealed record Way(string Id, string Name, UpstreamWire Wire, WayKind Kind);
