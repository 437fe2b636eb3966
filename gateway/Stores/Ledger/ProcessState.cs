namespace Dragoman.Stores.Ledger;

/// <summary>A process as a store has it.</summary>
/// <param name="Number">The number of its last batch that was applied; zero if there is none.</param>
/// <param name="Until">How long it holds its leases.</param>
/// <param name="IsExpired">Its leases were assumed to be used.</param>
/// <param name="IsEnded">Its last batch was applied.</param>
internal sealed record ProcessState(long Number, DateTimeOffset Until, bool IsExpired, bool IsEnded)
{
    /// <summary>A process that nobody has heard of.</summary>
    public static ProcessState New { get; } = new(0, DateTimeOffset.UnixEpoch, IsExpired: false, IsEnded: false);

    /// <summary>It holds no leases and gets none.</summary>
    public bool IsOver => IsExpired || IsEnded;
}
