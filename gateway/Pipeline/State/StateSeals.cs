using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Dragoman.Configuration;
using Dragoman.Dialects;
using Dragoman.Secrets;

namespace Dragoman.Pipeline.State;

/// <summary>
/// Seals the opaque state of teams with a secret that all processes of one deployment share. A provider's key that is replaced now
/// and then is none: a client may send back an hour later what was sealed before.
/// </summary>
public sealed class StateSeals
{
    /// <summary>For a deployment without a secret that lasts: nobody can forge the seal, and no other process can open it.</summary>
    private static readonly Seals OfProcess = new(Convert.ToHexString(RandomNumberGenerator.GetBytes(32)), []);

    /// <summary>How many earlier secrets can still open what they have sealed; each reload that changes a key or a provider makes one.</summary>
    private const int MostEarlier = 3;

    private readonly LiveSecret? awaited;
    private readonly IReadOnlyList<string> earlierSecrets;
    private volatile Seals? seals;

    /// <param name="configuration">The configuration, with the secrets from which the seals are derived.</param>
    /// <param name="secrets">The secrets of the process.</param>
    /// <param name="earlier">The seals of the configuration before: conversations go on over a reload.</param>
    public StateSeals(GatewayConfiguration configuration, SecretStore secrets, StateSeals? earlier = null)
    {
        var (secret, lasts) = configuration.Access.StateKey is { } own ? (own.Value, true) : Derive(configuration);
        earlierSecrets = earlier is null ? [] : [.. earlier.Known.Where(each => each != secret).Take(MostEarlier)];
        seals = secret is null ? null : new(secret, earlierSecrets);
        awaited = secret is null && configuration.Access.StateKey is { } kept ? secrets.Of(kept) : null;
        Notice = lasts
            ? null
            : "the state of reasoning that clients send back can only be used until the next start, because the keys may change; /access/stateKey makes it last";
    }

    /// <summary>What the operator should know; null when there is nothing.</summary>
    public string? Notice { get; }

    private IEnumerable<string> Known => seals is { } made ? earlierSecrets.Prepend(made.Secret) : earlierSecrets;

    /// <summary>Waits for the secret, if it is in a vault and not known yet. It completes at once otherwise.</summary>
    /// <remarks>Without the secret requests go on: what is sealed then can be used as long as the process runs.</remarks>
    public ValueTask PrepareAsync(CancellationToken cancellation) => seals is null && awaited is not null ? FetchAsync(awaited, cancellation) : default;

    /// <summary>The envelope of a team.</summary>
    /// <param name="team">The id of the team. No other team can use the state.</param>
    public StateEnvelope Of(string team) => (seals ?? OfProcess).Of(team);

    private async ValueTask FetchAsync(LiveSecret secret, CancellationToken cancellation)
    {
        try
        {
            var text = await secret.GetAsync(cancellation).ConfigureAwait(false);
            if (text.Length >= AccessSettings.LeastStateKey)
                seals ??= new(text, earlierSecrets);
        }
        catch (SecretException)
        {
            // The store of secrets has logged it, and asks again later.
        }
    }

    /// <summary>A secret that clients do not know, and whether it stays the same when keys are replaced.</summary>
    private static (string? Secret, bool Lasts) Derive(GatewayConfiguration configuration)
    {
        var keys = configuration.Providers.Where(provider => provider.ApiKey is not null).ToList();
        if (keys.TrueForAll(provider => IsFixed(provider.ApiKey)))
            return (Joined(configuration.Providers), true);
        var lasting = keys.Where(provider => IsFixed(provider.ApiKey) && provider.ApiKey!.Value!.Length >= CredentialScrub.Shortest).ToList();
        if (lasting.Count > 0)
            return (Joined(lasting), true);
        if (IsFixed(configuration.Access.AdminKey))
            return (configuration.Access.AdminKey!.Value, true);
        var known = keys.Where(provider => provider.ApiKey!.Value is { Length: >= CredentialScrub.Shortest }).ToList();
        return (known.Count > 0 ? Joined(known) : null, false);
    }

    private static bool IsFixed(SecretReference? key) => key is { Value: not null, MayChange: false };

    private static string Joined(IEnumerable<ProviderSettings> providers) => string.Join('\n', providers.Select(settings => $"{settings.Name} {settings.ApiKey?.Value}"));

    /// <summary>The envelopes of all teams with one secret.</summary>
    private sealed class Seals
    {
        private readonly ConcurrentDictionary<string, StateEnvelope> envelopes = new(StringComparer.Ordinal);
        private readonly Func<string, StateEnvelope> make;

        public Seals(string secret, IReadOnlyList<string> earlier)
        {
            Secret = secret;
            make = team => earlier.Reverse().Append(secret).Aggregate((StateEnvelope?)null, (before, each) => Make(team, each, before))!;
        }

        public string Secret { get; }

        public StateEnvelope Of(string team) => envelopes.GetOrAdd(team, make);

        /// <summary>A team's id has no line end, so that no two teams have the same secret.</summary>
        private static StateEnvelope Make(string team, string secret, StateEnvelope? earlier) => new(Encoding.UTF8.GetBytes($"{team}\n{secret}"), earlier);
    }
}
