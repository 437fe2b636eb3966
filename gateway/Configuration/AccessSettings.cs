namespace Dragoman.Configuration;

/// <param name="Mode">Who may call.</param>
/// <param name="AllowsOpenNetwork">Open access even beyond loopback.</param>
public sealed record AccessSettings(AccessMode Mode, bool AllowsOpenNetwork)
{
    /// <summary>Origins of web pages that may call, besides Ollama's own list; each may hold one <c>*</c>, and a lone one admits all.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Where linked media may be fetched from.</summary>
    public DownloadPolicy Downloads { get; init; }

    /// <summary>Names by which clients may call this machine, besides those that are local by themselves; <c>*</c> admits all.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];
}
