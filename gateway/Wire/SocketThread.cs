namespace Dragoman.Wire;

/// <summary>The thread that hears of a socket's bytes deals with them at once; other streams wait for it meanwhile.</summary>
internal static class SocketThread
{
    /// <summary>Bytes; reading so much JSON takes about as long as some hundred tokens.</summary>
    private const int LargeBody = 64 * 1024;

    /// <summary>Goes on in the thread pool if a body of this length has to be dealt with.</summary>
    public static Task LeaveForAsync(int length) => length < LargeBody ? Task.CompletedTask : LeaveAsync();

    private static async Task LeaveAsync() => await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
}
