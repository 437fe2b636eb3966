namespace Dragoman.Configuration;

/// <param name="Mode">Who may call.</param>
/// <param name="AllowsOpenNetwork">Whether open access is allowed beyond loopback addresses.</param>
public sealed record AccessSettings(AccessMode Mode, bool AllowsOpenNetwork)
{
    /// <summary>Origins of web pages that may call, besides Ollama's own list. Each may contain one <c>*</c>; a <c>*</c> alone admits all.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>From which addresses linked media may be downloaded.</summary>
    public DownloadPolicy Downloads { get; init; }

    /// <summary>Host names by which clients may call this machine, besides the local ones; <c>*</c> admits all.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];
}
