using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dragoman.Access;
using Dragoman.Access.Budgets;
using Dragoman.Access.Credentials;
using Dragoman.Access.Directory;
using Dragoman.Access.Limits;
using Dragoman.Access.Tokens;
using Dragoman.Configuration;
using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Access.Tokens;
using Dragoman.Secrets;
using Dragoman.Stores;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Dragoman.Gateway.Tests.Access;

/// <summary>A store with teams and keys, and a policy that admits their callers.</summary>
internal sealed class AccessWorld : IAsyncDisposable, ILogger
{
    public const string AdminKey = "an-administrators-own-key";

    private readonly DirectoryInfo folder = System.IO.Directory.CreateTempSubdirectory("dragoman-access-");
    private readonly ConcurrentQueue<string> lines = [];

    /// <param name="mode">Which credentials are accepted.</param>
    /// <param name="change">Changes the settings.</param>
    /// <param name="tokens">Verifies tokens.</param>
    /// <param name="clock">The clock of the tokens.</param>
    public AccessWorld(AccessMode mode = AccessMode.Keys, Func<AccessSettings, AccessSettings>? change = null, TokenVerifier? tokens = null, ManualTimeProvider? clock = null)
    {
        Clock = clock ?? new ManualTimeProvider();
        Store = new FaultyStore(new SqliteStore(Path.Combine(folder.FullName, "a.db")));
        var settings = new AccessSettings(mode, AllowsOpenNetwork: false) { AdminKey = SecretReference.OfLiteral(AdminKey) };
        Policy = NewPolicy(change?.Invoke(settings) ?? settings, tokens);
    }

    /// <summary>A world that accepts keys, and the tokens of an issuer.</summary>
    public static AccessWorld Of(VerifierUnderTest issuer) => new(AccessMode.Both, tokens: issuer.Verifier, clock: issuer.Clock);

    public FaultyStore Store { get; }

    public ManualTimeProvider Clock { get; }

    public CredentialAccess Policy { get; }

    /// <summary>The lines that were logged.</summary>
    public IReadOnlyCollection<string> Lines => lines;

    /// <summary>One more process with the same store.</summary>
    public CredentialAccess NewPolicy(AccessSettings settings, TokenVerifier? tokens = null, Spending? spending = null) =>
        new(settings, Store, tokens, new CallerLimits(Store, WaitingRoomSettings.None, Clock, this), spending, Clock, this);

    public Task PutAsync(Organization organization) => PutAsync(Organization.Kind, Organization.Kind, organization, DirectoryJson.Default.Organization);

    public Task PutAsync(Team team) => PutAsync(Team.Kind, team.Id, team, DirectoryJson.Default.Team);

    public Task PutAsync(User user) => PutAsync(User.Kind, user.DocumentId, user, DirectoryJson.Default.User, user.Team);

    public Task PutAsync(TeamKey key) => PutAsync(TeamKey.Kind, key.Id, key, DirectoryJson.Default.TeamKey, key.Team);

    /// <summary>Creates a team.</summary>
    public async Task<Team> TeamAsync(string id = "web")
    {
        var team = new Team(id, Clock.GetUtcNow());
        await PutAsync(team);
        return team;
    }

    /// <summary>Creates a key of a team.</summary>
    public async Task<(string Text, TeamKey Key)> KeyAsync(string team = "web", Func<TeamKey, TeamKey>? change = null)
    {
        var text = KeyText.Create();
        var hash = new byte[KeyText.HashLength];
        KeyText.Hash(text, hash);
        var key = new TeamKey(KeyText.IdOf(text).ToString(), team, hash, Clock.GetUtcNow());
        key = change?.Invoke(key) ?? key;
        await PutAsync(key);
        return (text, key);
    }

    /// <summary>Authenticates a request with a bearer credential.</summary>
    public Task<Caller> CallAsync(string? credential, string address = "203.0.113.7") => CallAsync(Policy, credential, address);

    /// <inheritdoc cref="CallAsync(string?, string)"/>
    public static async Task<Caller> CallAsync(IAccessPolicy policy, string? credential, string address = "203.0.113.7") =>
        await policy.AuthenticateAsync(Request(credential, address), "r1", CancellationToken.None);

    /// <summary>The error that a bearer credential is answered with.</summary>
    public async Task<GatewayError> RefusedAsync(string? credential, string address = "203.0.113.7") =>
        (await Assert.ThrowsAsync<GatewayException>(() => CallAsync(credential, address))).Error;

    public static DefaultHttpContext Request(string? credential, string address = "203.0.113.7")
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(address);
        if (credential is not null)
            http.Request.Headers.Authorization = "Bearer " + credential;
        return http;
    }

    /// <summary>Moves the clock so far that nothing older may be relied on.</summary>
    public void Outdate() => Clock.Advance(StoreFeed.Oldest + TimeSpan.FromMilliseconds(1));

    public async ValueTask DisposeAsync()
    {
        await Clock.PassUntilAsync(Policy.DisposeAsync().AsTask());
        await Store.DisposeAsync();
        SqliteConnection.ClearAllPools();
        folder.Delete(recursive: true);
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        lines.Enqueue($"{logLevel} {formatter(state, exception)}");

    private async Task PutAsync<T>(string kind, string id, T value, JsonTypeInfo<T> type, string? partOf = null)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        var result = await Store.WriteAsync(new Write(Guid.NewGuid().ToString("n"), [DocumentWrite.Put(kind, id, json, WriteCondition.Any, partOf)], []));
        Assert.Null(result.Refusal);
    }
}
