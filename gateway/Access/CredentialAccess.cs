using System.Net;
using Dragoman.Access.Budgets;
using Dragoman.Access.Credentials;
using Dragoman.Access.Directory;
using Dragoman.Access.Limits;
using Dragoman.Access.Tokens;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Secrets;
using Dragoman.Stores;
using Dragoman.Stores.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Role = Dragoman.Access.Directory.Role;

namespace Dragoman.Access;

/// <summary>Asks every caller for a key of a team, a token of an issuer, or the administrator's key.</summary>
public sealed partial class CredentialAccess : IAccessPolicy
{
    /// <summary>How often a request may be repeated while the store is away.</summary>
    private static readonly TimeSpan AwayPause = TimeSpan.FromSeconds(2);

    /// <summary>The tokens that are reserved for an answer whose length the client does not limit.</summary>
    private const int UnknownOutput = 1024;

    private static readonly GatewayError Away = new(ErrorKind.Overloaded, AccessText.StoreAway)
    {
        Code = "store_unavailable",
        RetryAfter = AwayPause,
    };

    private static readonly GatewayError KeyAway = new(ErrorKind.Overloaded, AccessText.AdminKeyAway)
    {
        Code = "secret_unavailable",
        RetryAfter = AwayPause,
    };

    private static readonly Caller Administrator = new() { Team = null, Roles = [Role.Admin] };

    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly CallerDirectory directory;
    private readonly WrongCredentials wrong = new();
    private readonly TokenVerifier? tokens;
    private readonly CallerLimits limits;
    private readonly Spending? spending;
    private readonly SecretStore secrets;
    private readonly bool acceptsKeys;
    private volatile Adopted adopted;

    /// <param name="settings">Who may call.</param>
    /// <param name="store">The store of teams and keys; the policy disposes what it makes of it, but not the store.</param>
    /// <param name="tokens">Verifies tokens; null when none are accepted. The policy disposes it.</param>
    /// <param name="limits">Counts requests and tokens. The policy disposes it.</param>
    /// <param name="spending">Keeps the budgets; null to have none. The policy disposes it.</param>
    /// <param name="clock">The source of all time values.</param>
    /// <param name="logger">Is told why a credential is refused; the client is not always.</param>
    /// <param name="secrets">The secrets of the process; null for new ones.</param>
    public CredentialAccess(
        AccessSettings settings, IDocumentStore store, TokenVerifier? tokens, CallerLimits limits, Spending? spending, TimeProvider clock, ILogger logger, SecretStore? secrets = null)
    {
        (this.tokens, this.limits, this.spending, this.clock, this.logger) = (tokens, limits, spending, clock, logger);
        acceptsKeys = settings.Mode.HasFlag(AccessMode.Keys);
        directory = new CallerDirectory(store, clock, logger);
        this.secrets = secrets ?? new SecretStore(clock);
        adopted = new Adopted(settings, this.secrets);
    }

    public ValueTask<Caller> AuthenticateAsync(HttpContext http, string requestId, CancellationToken cancellation)
    {
        var presented = PresentedCredential.Of(http.Request.Headers);
        // The usual case: a credential that the process knows. It takes no lock, waits for nothing and allocates nothing.
        return directory.Feed.IsFresh() && FindKnown(presented.Text) is { } caller
            ? new(caller)
            : AuthenticateSlowlyAsync(presented.Text.ToString(), presented.Mistake, http, requestId, cancellation);
    }

    private Caller? FindKnown(ReadOnlySpan<char> text)
    {
        if (!KeyText.HasForm(text))
            return LooksLikeToken(text) && tokens?.Find(text)?.Made is { Caller: { } bearer } known && directory.IsCurrent(known.Generation) ? bearer : null;
        return acceptsKeys
            && directory.TryGetKey(KeyText.IdOf(text), out var key)
            && key?.Made is { Caller: { } owner } made
            && directory.IsCurrent(made.Generation)
            && key.IsOf(text)
            && IsValid(key.Key)
                ? owner
                : null;
    }

    /// <summary>Whether the policy knows the present state of the store.</summary>
    internal ValueTask<bool> IsFreshAsync() => directory.Feed.RefreshAsync(CancellationToken.None);

    public ValueTask<Admission> AdmitAsync(Caller caller, CancellationToken cancellation) => limits.AdmitAsync(caller, cancellation);

    public ValueTask<Reservation> ReserveAsync(Caller caller, Admission admission, PlannedUse use, CancellationToken cancellation)
    {
        // Counting tokens costs nothing, and some clients do it in every turn.
        var isMetered = use.Bound != UpperBound.Nothing;
        if (isMetered && caller.Budgets.Count > 0 && spending is not null)
            return ReserveMoneyAsync(spending, caller, admission, use, cancellation);
        var reservation = new Reservation(caller, admission, isMetered ? use : null) { Rules = spending?.Rules };
        var reserving = ReserveTokensAsync(caller, admission, use, cancellation);
        return reserving.IsCompletedSuccessfully ? new(reservation) : FinishAsync(reserving, reservation);
    }

    private static ValueTask ReserveTokensAsync(Caller caller, Admission admission, PlannedUse use, CancellationToken cancellation) =>
        // Measuring the prompt costs time.
        caller.LimitsTokens ? admission.ReserveTokensAsync((use.Bound.InputTokens ?? 0) + (use.Bound.OutputTokens ?? UnknownOutput), cancellation) : default;

    /// <summary>A local function would allocate for what it captures, also when nothing has to wait.</summary>
    private static async ValueTask<Reservation> FinishAsync(ValueTask reserving, Reservation reservation)
    {
        await reserving.ConfigureAwait(false);
        return reservation;
    }

    private static async ValueTask<Reservation> ReserveMoneyAsync(Spending spending, Caller caller, Admission admission, PlannedUse use, CancellationToken cancellation)
    {
        // The tokens last: those of a request that is refused are not given back before their minute has passed.
        var rules = spending.Rules;
        var hold = await spending.ReserveAsync(caller, use, rules, cancellation).ConfigureAwait(false);
        try
        {
            await ReserveTokensAsync(caller, admission, use, cancellation).ConfigureAwait(false);
        }
        catch
        {
            hold.Settle(0, null);
            throw;
        }

        return new Reservation(caller, admission, use, hold) { Rules = rules };
    }

    public ValueTask SettleAsync(Reservation reservation, Settlement settlement)
    {
        spending?.Settle(reservation, settlement);
        if (reservation.Caller.LimitsTokens)
            reservation.Admission.SettleTokens(settlement.Usage.InputTotal + settlement.Usage.OutputTotal);
        return default;
    }

    public void Adopt(AccessSettings settings, SpendingRules rules)
    {
        adopted = new Adopted(settings, secrets);
        if (spending is not null)
            spending.Rules = rules;
    }

    public IReadOnlyList<LedgerEntry> FindUnsent(string requestId) => spending?.FindUnsent(requestId) ?? [];

    public async ValueTask DisposeAsync()
    {
        wrong.Dispose();
        await directory.DisposeAsync().ConfigureAwait(false);
        await limits.DisposeAsync().ConfigureAwait(false);
        if (spending is not null)
            await spending.DisposeAsync().ConfigureAwait(false);
        tokens?.Dispose();
    }

    private async ValueTask<Caller> AuthenticateSlowlyAsync(string text, Wording? mistake, HttpContext http, string requestId, CancellationToken cancellation)
    {
        var attempt = new Attempt(requestId, ClientAddress.Of(http, adopted.Settings.Proxies));
        if (mistake is not null)
            throw Refuse(attempt, mistake, "a malformed credential");
        if (text.Length == 0)
            return await AuthenticateKeylessAsync(attempt, cancellation).ConfigureAwait(false);
        if (KeyText.HasForm(text))
            return await AuthenticateKeyAsync(text, attempt, cancellation).ConfigureAwait(false);
        return LooksLikeToken(text)
            ? await AuthenticateTokenAsync(text, attempt, cancellation).ConfigureAwait(false)
            : await AuthenticateAdministratorAsync(text, attempt, cancellation).ConfigureAwait(false);
    }

    private async ValueTask<Caller> AuthenticateKeyAsync(string text, Attempt attempt, CancellationToken cancellation)
    {
        if (!acceptsKeys)
            throw Refuse(attempt, AccessText.KeysNotAccepted, "a key, but only tokens are accepted");
        var isFresh = await RefreshAsync(attempt, cancellation).ConfigureAwait(false);
        var id = KeyText.IdOf(text);
        if (!directory.TryGetKey(id, out var key))
        {
            RefuseIfSlowed(attempt);
            if (!KeyText.HasChecksum(text))
                throw RefuseWrong(attempt, "a mistyped key: its checksum does not match");
            if (!isFresh)
                throw new GatewayException(Away);
            key = await AskAsync(directory.FindKeyAsync(id.ToString(), cancellation), attempt).ConfigureAwait(false);
        }

        if (key is null || !key.IsOf(text))
        {
            RefuseIfSlowed(attempt);
            throw RefuseWrong(attempt, key is null ? "an unknown key" : $"a wrong secret for key {key.Key.Id}");
        }

        if (key.Key.RevokedAt is { } revoked)
            throw Refuse(attempt, AccessText.KeyRevoked(UtcText.Of(revoked)), $"the revoked key {key.Key.Id}");
        if (!IsValid(key.Key))
            throw Refuse(attempt, AccessText.KeyExpired(UtcText.Of(key.Key.ExpiresAt!.Value)), $"the expired key {key.Key.Id}");
        if (key.Made is not { } made || !directory.IsCurrent(made.Generation))
            key.Made = made = await AskAsync(directory.MakeAsync(key.Key, cancellation), attempt).ConfigureAwait(false);
        return made.Caller ?? throw Refuse(attempt, made.Refusal!);
    }

    private async ValueTask<Caller> AuthenticateTokenAsync(string text, Attempt attempt, CancellationToken cancellation)
    {
        if (tokens is null)
            throw Refuse(attempt, AccessText.TokensNotAccepted, "a token, but only keys are accepted");
        var verified = tokens.Find(text);
        if (verified is null)
        {
            RefuseIfSlowed(attempt);
            verified = await tokens.VerifyAsync(text, cancellation).ConfigureAwait(false);
        }

        if (!verified.IsAccepted)
            throw Refuse(attempt, verified.Refusal);
        await RefreshAsync(attempt, cancellation).ConfigureAwait(false);
        if (verified.Made is not { } made || !directory.IsCurrent(made.Generation))
        {
            var (team, user, roles) = (verified.Identity.Team, verified.Identity.User, verified.Identity.Roles);
            verified.Made = made = await AskAsync(directory.MakeAsync(team, user, [.. roles.Select(RoleOf)], cancellation), attempt).ConfigureAwait(false);
        }

        return made.Caller ?? throw Refuse(attempt, made.Refusal!);
    }

    private async ValueTask<Caller> AuthenticateAdministratorAsync(string text, Attempt attempt, CancellationToken cancellation)
    {
        RefuseIfSlowed(attempt);
        var adminKey = adopted.AdminKey;
        if (adminKey is not null && SecretText.IsSame(text, await FindAdminKeyAsync(adminKey, attempt, cancellation).ConfigureAwait(false)))
            return Administrator;
        // Perhaps it was replaced a moment ago.
        adminKey?.Hurry();
        throw RefuseWrong(attempt, "a text that is no key of this gateway");
    }

    /// <exception cref="GatewayException">The key is not known, or it could be guessed.</exception>
    private async ValueTask<string> FindAdminKeyAsync(LiveSecret secret, Attempt attempt, CancellationToken cancellation)
    {
        try
        {
            var key = await secret.GetAsync(cancellation).ConfigureAwait(false);
            if (key.Length >= AccessSettings.LeastAdminKey)
                return key;
            LogRefused(logger, attempt.RequestId, attempt.Address, $"{adopted.Settings.AdminKey} is shorter than {AccessSettings.LeastAdminKey} characters, so that it could be guessed");
            throw new GatewayException(KeyAway);
        }
        catch (SecretException error)
        {
            LogRefused(logger, attempt.RequestId, attempt.Address, error.Message);
            throw new GatewayException(KeyAway, error);
        }
    }

    private async ValueTask<Caller> AuthenticateKeylessAsync(Attempt attempt, CancellationToken cancellation)
    {
        var now = adopted;
        if (now.Settings.Keyless is not { } allowed || !Network.AnyContains(allowed.Networks, attempt.Address))
            throw Refuse(attempt, AccessText.KeyMissing, "no credential");
        await RefreshAsync(attempt, cancellation).ConfigureAwait(false);
        if (now.Keyless is not { } made || !directory.IsCurrent(made.Generation))
            now.Keyless = made = await AskAsync(directory.MakeAsync(allowed.Team, null, [], cancellation), attempt).ConfigureAwait(false);
        return made.Caller ?? throw Refuse(attempt, made.Refusal!);
    }

    /// <summary>Tokens are three parts with points between them, and a key has none; the first part is a JSON object in base64.</summary>
    private static bool LooksLikeToken(ReadOnlySpan<char> text) => text.StartsWith("ey", StringComparison.Ordinal) && text.Contains('.');

    /// <summary>The configuration reader allows no other roles.</summary>
    private static Role RoleOf(string name) => Enum.Parse<Role>(name, ignoreCase: true);

    private bool IsValid(TeamKey key) => key.RevokedAt is null && (key.ExpiresAt is not { } end || clock.GetUtcNow() < end);

    /// <summary>Returns whether what the process knows is recent.</summary>
    /// <exception cref="GatewayException">The store is away for longer than the operator allows.</exception>
    private async ValueTask<bool> RefreshAsync(Attempt attempt, CancellationToken cancellation)
    {
        var isFresh = await directory.Feed.RefreshAsync(cancellation).ConfigureAwait(false);
        var away = adopted.Settings.StoreAway;
        if (isFresh || away.ServesAfterwards || directory.Feed.Age <= away.Grace)
            return isFresh;
        LogRefused(logger, attempt.RequestId, attempt.Address, "the store is away");
        throw new GatewayException(Away);
    }

    private async ValueTask<T> AskAsync<T>(ValueTask<T> asked, Attempt attempt)
    {
        try
        {
            return await asked.ConfigureAwait(false);
        }
        catch (Exception error) when (error is StoreUnavailableException or StoreSchemaException)
        {
            LogRefused(logger, attempt.RequestId, attempt.Address, error.Message);
            throw new GatewayException(Away, error);
        }
    }

    private void RefuseIfSlowed(Attempt attempt)
    {
        if (wrong.MayTry(attempt.Address))
            return;
        LogRefused(logger, attempt.RequestId, attempt.Address, "too many wrong credentials");
        throw new GatewayException(new GatewayError(ErrorKind.RateLimited, AccessText.TooManyWrong)
        {
            Code = "too_many_wrong_credentials",
            RetryAfter = WrongCredentials.Pause,
        });
    }

    /// <summary>The client is not told what is wrong, so that nobody can find out which keys exist.</summary>
    private GatewayException RefuseWrong(Attempt attempt, string reason)
    {
        wrong.Count(attempt.Address);
        return Refuse(attempt, AccessText.NotValid, reason);
    }

    private GatewayException Refuse(Attempt attempt, Wording text, string reason)
    {
        LogRefused(logger, attempt.RequestId, attempt.Address, reason);
        return new GatewayException(new GatewayError(ErrorKind.Unauthenticated, text) { Code = "invalid_api_key" });
    }

    private GatewayException Refuse(Attempt attempt, CallerRefusal refusal)
    {
        var (text, reason) = refusal.Reason switch
        {
            RefusalReason.NoTeam => (AccessText.NoTeam, $"the team {refusal.Id} does not exist"),
            RefusalReason.TeamDisabled => (AccessText.TeamDisabled, $"the team {refusal.Id} is disabled"),
            _ => (AccessText.UserDisabled, $"the user {refusal.Id} is disabled"),
        };
        LogRefused(logger, attempt.RequestId, attempt.Address, reason);
        return new GatewayException(new GatewayError(ErrorKind.Forbidden, text));
    }

    private GatewayException Refuse(Attempt attempt, TokenRefusal refusal)
    {
        LogRefused(logger, attempt.RequestId, attempt.Address, $"a token: {refusal.Detail}");
        if (refusal.IsTemporary)
            return new GatewayException(new GatewayError(ErrorKind.Overloaded, refusal.Text) { Code = "issuer_unavailable", RetryAfter = AwayPause });
        // A genuine token can be old or meant for another service, and its owner may not know.
        if (refusal.Fault is not (TokenFault.Expired or TokenFault.NotYetValid or TokenFault.WrongAudience or TokenFault.NoRule or TokenFault.GroupOverage))
            wrong.Count(attempt.Address);
        return new GatewayException(new GatewayError(ErrorKind.Unauthenticated, refusal.Text) { Code = "invalid_token" });
    }

    [LoggerMessage(22, LogLevel.Warning, "refused {RequestId} from {Address}: {Reason}")]
    private static partial void LogRefused(ILogger logger, string requestId, IPAddress address, string reason);

    /// <summary>What a reload replaces, and what was made of it.</summary>
    private sealed class Adopted(AccessSettings settings, SecretStore secrets)
    {
        public AccessSettings Settings => settings;

        /// <summary>The administrator's key; null when there is none.</summary>
        public LiveSecret? AdminKey { get; } = settings.AdminKey is { } key ? secrets.Of(key) : null;

        public Made? Keyless { get; set; }
    }

    /// <summary>What the log line of a refusal names.</summary>
    private readonly record struct Attempt(string RequestId, IPAddress Address);
}
