using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using BenchmarkDotNet.Attributes;
using Dragoman.Access;
using Dragoman.Access.Credentials;
using Dragoman.Access.Directory;
using Dragoman.Access.Limits;
using Dragoman.Access.Tokens;
using Dragoman.Configuration;
using Dragoman.StandIn;
using Dragoman.Stores;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dragoman.Micro.Benchmarks;

/// <summary>Authenticates a request whose credential the process knows: step 2.</summary>
public class AccessAuthenticationBenchmarks : IDisposable
{
    /// <summary>The bytes of the claim that makes a token of 1.5 kB.</summary>
    private const int ClaimBytes = 660;

    private const string Team = "bench";

    private readonly DefaultHttpContext http = new();
    private DirectoryInfo folder = null!;
    private SqliteStore store = null!;
    private CredentialAccess policy = null!;

    /// <summary>Where a credential comes from.</summary>
    public enum Known
    {
        Key,
        Token,
    }

    [Params(Known.Key, Known.Token)]
    public Known Credential { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        PrepareAsync().GetAwaiter().GetResult();
        Warm.Up(() => Authenticate());
    }

    [Benchmark]
    public Caller Authenticate() => Now(policy.AuthenticateAsync(http, "r1", CancellationToken.None));

    [GlobalCleanup]
    public void Dispose()
    {
        EndAsync().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    private static Caller Now(ValueTask<Caller> authentication) =>
        authentication.IsCompletedSuccessfully ? authentication.Result : throw new InvalidOperationException("the process does not know the credential");

    private async Task PrepareAsync()
    {
        folder = Directory.CreateTempSubdirectory("dragoman-micro-");
        store = new SqliteStore(Path.Combine(folder.FullName, "micro.db"));
        await PutAsync(Dragoman.Access.Directory.Team.Kind, Team, new Team(Team, TimeProvider.System.GetUtcNow()), DirectoryJson.Default.Team, null);
        var text = KeyText.Create();
        var hash = new byte[KeyText.HashLength];
        KeyText.Hash(text, hash);
        var key = new TeamKey(KeyText.IdOf(text).ToString(), Team, hash, TimeProvider.System.GetUtcNow());
        await PutAsync(TeamKey.Kind, key.Id, key, DirectoryJson.Default.TeamKey, Team);

        await using var issuer = await StandInIssuer.StartAsync();
        var settings = new IssuerSettings(issuer.Issuer, [issuer.Audience], [new ClaimRule([], ClaimTemplate.TryParse(Team, out var team) ? team : throw new InvalidOperationException(), null, [])]);
        var tokens = new TokenVerifier([settings], TokenVerifier.CreateConnections(), TimeProvider.System, NullLogger.Instance);
        policy = new CredentialAccess(
            new AccessSettings(AccessMode.Both, AllowsOpenNetwork: false), store, tokens,
            new CallerLimits(store, WaitingRoomSettings.None, TimeProvider.System, NullLogger.Instance), null, TimeProvider.System, NullLogger.Instance);
        http.Connection.RemoteIpAddress = System.Net.IPAddress.Loopback;
        http.Request.Headers.Authorization = "Bearer " + (Credential == Known.Key ? text : issuer.Sign(("rest", new string('x', ClaimBytes))));
        // The first request asks the store and the issuer, so that the later ones need neither.
        await policy.AuthenticateAsync(http, "r1", CancellationToken.None);
    }

    private async Task PutAsync<T>(string kind, string id, T value, JsonTypeInfo<T> type, string? partOf)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        await store.WriteAsync(new Write(Guid.NewGuid().ToString("n"), [DocumentWrite.Put(kind, id, json, WriteCondition.Any, partOf)], []));
    }

    private async Task EndAsync()
    {
        await policy.DisposeAsync();
        await store.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
