namespace Dragoman.Storm;

/// <summary>The life of one gateway process.</summary>
internal sealed class GatewayRun
{
    private volatile bool isKilled;

    /// <summary>Whether it has been killed, or is about to be.</summary>
    public bool IsKilled => isKilled;

    /// <summary>Whether its journal was lost with it.</summary>
    public bool IsJournalLost { get; private set; }

    public void Kill(bool losesJournal)
    {
        IsJournalLost = losesJournal;
        isKilled = true;
    }
}
