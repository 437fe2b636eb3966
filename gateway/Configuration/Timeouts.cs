namespace Dragoman.Configuration;

/// <summary>How long an upstream may take.</summary>
/// <param name="Connect">Until the connection is established.</param>
/// <param name="FirstEvent">From sending the request until the first meaningful event, or until the whole of an unstreamed answer.</param>
/// <param name="Idle">Between two reads of a stream.</param>
/// <param name="Total">For the whole exchange.</param>
/// <param name="AfterClient">
/// How long the rest of an answer is read after its client has left, so that what the provider charges for it is known. Zero to cancel
/// the call at once.
/// </param>
public sealed record Timeouts(TimeSpan Connect, TimeSpan FirstEvent, TimeSpan Idle, TimeSpan Total, TimeSpan AfterClient = default)
{
    public static readonly Timeouts Default = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(300), TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(3600));

    /// <summary>For calls whose cost does not depend on their answer, so that nothing is read after the client has left.</summary>
    public Timeouts EndingWithClient() => AfterClient == TimeSpan.Zero ? this : this with { AfterClient = TimeSpan.Zero };

    /// <summary>How long to wait for token counts after an answer that is otherwise complete.</summary>
    public static readonly TimeSpan UsageGrace = TimeSpan.FromSeconds(2);
}
