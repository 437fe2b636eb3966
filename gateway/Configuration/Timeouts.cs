namespace Dragoman.Configuration;

/// <summary>How long an upstream may take.</summary>
/// <param name="Connect">Until the connection is established.</param>
/// <param name="FirstEvent">From sending the request until the first meaningful event, or until the whole of an unstreamed answer.</param>
/// <param name="Idle">Between two reads of a stream.</param>
/// <param name="Total">For the whole exchange.</param>
public sealed record Timeouts(TimeSpan Connect, TimeSpan FirstEvent, TimeSpan Idle, TimeSpan Total)
{
    public static readonly Timeouts Default = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(300), TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(3600));

    /// <summary>How long to wait for token counts after an answer that is otherwise complete.</summary>
    public static readonly TimeSpan UsageGrace = TimeSpan.FromSeconds(2);
}
