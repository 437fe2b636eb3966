using System.Net;
using Dragoman.Secrets;

namespace Dragoman.Configuration;

/// <param name="Mode">Who may call.</param>
/// <param name="AllowsOpenNetwork">Whether open access is allowed beyond loopback addresses.</param>
public sealed record AccessSettings(AccessMode Mode, bool AllowsOpenNetwork)
{
    /// <summary>Characters of <see cref="AdminKey"/>; a key that people chose themselves is no shorter.</summary>
    public const int LeastAdminKey = 16;

    /// <summary>Characters of <see cref="StateKey"/>.</summary>
    public const int LeastStateKey = 32;

    /// <summary>Characters of <see cref="FrontKey"/> and <see cref="EarlierFrontKey"/>. <c>nginx/render.sh</c> demands the same.</summary>
    public const int LeastFrontKey = 32;

    /// <summary>The proxies on this machine, which report the address of their client.</summary>
    public static readonly IReadOnlyList<IPNetwork> LocalProxies = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    /// <summary>Origins of web pages that may call, besides Ollama's own list. Each may contain one <c>*</c>; a <c>*</c> alone admits all.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>From which addresses linked media may be downloaded.</summary>
    public DownloadPolicy Downloads { get; init; }

    /// <summary>Host names by which clients may call this machine, besides the local ones; <c>*</c> admits all.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>The key that may administrate everything; null when there is none.</summary>
    public SecretReference? AdminKey { get; init; }

    /// <summary>The secret that seals the state that clients send back; null to derive it from other secrets.</summary>
    public SecretReference? StateKey { get; init; }

    /// <summary>The key with which nginx signs what it sends to the functions; null when they answer everybody who reaches them.</summary>
    public SecretReference? FrontKey { get; init; }

    /// <summary>A key that nginx may still use while <see cref="FrontKey"/> replaces it; null when there is none.</summary>
    public SecretReference? EarlierFrontKey { get; init; }

    /// <summary>The only port that serves the administration; null when the main port does.</summary>
    public int? AdminPort { get; init; }

    /// <summary>The proxies that are trusted to report the address of their client in <c>X-Forwarded-For</c>.</summary>
    public IReadOnlyList<IPNetwork> Proxies { get; init; } = LocalProxies;

    /// <summary>Clients that need no credential although others do; null when there are none.</summary>
    public KeylessAccess? Keyless { get; init; }

    /// <summary>What happens while the store does not answer.</summary>
    public StoreAwayPolicy StoreAway { get; init; } = StoreAwayPolicy.Default;

    /// <summary>Where requests wait for a limit.</summary>
    public WaitingRoomSettings WaitingRoom { get; init; } = WaitingRoomSettings.None;

    /// <summary>The issuers whose tokens are accepted.</summary>
    public IReadOnlyList<IssuerSettings> Issuers { get; init; } = [];
}
