namespace Dragoman.Configuration;

/// <summary>Where requests wait for a limit instead of being refused.</summary>
/// <param name="Most">The most requests that wait; 0 for no waiting room.</param>
/// <param name="MostPerTeam">The most that wait of one team.</param>
/// <param name="Longest">How long a request waits at most.</param>
public sealed record WaitingRoomSettings(int Most, int MostPerTeam, TimeSpan Longest)
{
    /// <summary>The greatest value of <see cref="Most"/>. Each request that waits holds a connection and its prompt.</summary>
    public const int Greatest = 100_000;

    public static readonly WaitingRoomSettings None = new(0, 0, TimeSpan.FromSeconds(30));
}
