namespace Dragoman.Bench;

/// <summary>The format of requests to the upstream. Added times and ratios compare ways of the same format.</summary>
internal enum UpstreamWire
{
    OpenAI,
    Anthropic,
}

internal enum WayKind
{
    /// <summary>The upstream itself, the base of added times.</summary>
    Direct,

    /// <summary>A proxy that does nothing else, the base of ratios.</summary>
    BareNginx,

    /// <summary>A proxy of .NET's own parts, which shows the platform's share of a ratio.</summary>
    BareDotnet,

    Ours,

    /// <summary>Another gateway.</summary>
    Peer,
}

/// <summary>The names of a way from the load generator to the upstream, and its role in comparisons.</summary>
/// <param name="Id">The name on the command line.</param>
/// <param name="Name">The name in tables.</param>
/// <param name="Wire">The format between the last hop and the upstream.</param>
/// <param name="Kind">The way's role.</param>
internal sealed record Way(string Id, string Name, UpstreamWire Wire, WayKind Kind);
