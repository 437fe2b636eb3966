using Azure.Core;
using Azure.Identity;
using Dragoman.Identity;
using Dragoman.Stores;
using Dragoman.Stores.Ledger;

namespace Dragoman.Gateway.Tests.Stores;

/// <summary>A real PostgreSQL whose password is a token of Microsoft Entra ID, as that of Azure Database for PostgreSQL.</summary>
public sealed class PostgresTokenTests(PostgresServer server) : IClassFixture<PostgresServer>, IAsyncLifetime
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(5);

    private readonly ManualTimeProvider clock = new();
    private readonly RotatingCredential credential = new();
    private readonly string name = $"t{Guid.NewGuid():N}";

    private EntraTokens? tokens;

    public async Task InitializeAsync()
    {
        server.SkipIfMissing();
        credential.Clock = clock;
        tokens = new EntraTokens(() => credential, clock);
        await server.RunAsync("postgres", $"CREATE DATABASE {name} STRATEGY file_copy");
        await server.RunAsync("postgres", $"CREATE ROLE {name} LOGIN PASSWORD 'token-1'");
        await server.RunAsync("postgres", $"GRANT ALL ON DATABASE {name} TO {name}");
        await server.RunAsync("postgres", $"COPY (VALUES ('local all {name} scram-sha-256'), ('local all all trust')) TO '{await server.RunAsync("postgres", "SHOW hba_file")}'");
        await server.RunAsync("postgres", "SELECT pg_reload_conf()");
        // The server reads its rules a moment later.
        for (var accepts = true; accepts;)
        {
            await using var wrong = new Npgsql.NpgsqlConnection(Connection + ";Password=wrong;Pooling=false");
            accepts = await Record.ExceptionAsync(wrong.OpenAsync) is null;
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    private string Connection => server.To(name).Replace("Username=dragoman", $"Username={name}", StringComparison.Ordinal);

    [SkippableFact]
    public async Task Store_and_ledger_log_in_with_one_token()
    {
        await using var store = new PostgresStore(Connection, Short, Password);
        await using var ledger = new PostgresLedger(Connection, Short, Password);
        await store.CheckAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ledger.LeasesAsync()));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.GetAsync("key", "a")));
        Assert.Equal(1, credential.Calls);
    }

    [SkippableFact]
    public async Task A_new_token_is_for_new_connections_while_old_ones_live()
    {
        await using var store = new PostgresStore(Connection, Short, Password);
        await store.CheckAsync();
        await server.RunAsync("postgres", $"ALTER ROLE {name} PASSWORD 'token-2'");
        // The session goes on, whatever the password is now.
        Assert.Null(await store.GetAsync("key", "a"));
        Assert.Equal(1, credential.Calls);
        clock.Advance(TimeSpan.FromMinutes(61));
        await server.RunAsync("postgres", $"SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{name}'");
        Assert.Null(await store.GetAsync("key", "a"));
        Assert.Equal(2, credential.Calls);
    }

    [SkippableFact]
    public async Task Without_a_token_the_store_says_that_and_not_that_a_password_is_missing()
    {
        await using var store = new PostgresStore(Connection, Short, ending => new EntraTokens(
            () => DelegatedTokenCredential.Create((_, _) => throw new EntraException(new CredentialUnavailableException("x"), [new("managed", "no", "do", true)])), clock).GetAsync("scope", ending));
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CheckAsync());
        Assert.Contains("cannot be used: The gateway found no credential for Microsoft Entra ID", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_server_tells_its_clock()
    {
        await using var store = new PostgresStore(server.To(name), Short);
        Assert.InRange((await store.ReadClockAsync())!.Value, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
    }

    private ValueTask<string> Password(CancellationToken ending) => tokens!.GetAsync("https://ossrdbms-aad.database.windows.net/.default", ending);

    /// <summary>Gives a new token each time, for an hour.</summary>
    private sealed class RotatingCredential : TokenCredential
    {
        private int calls;

        public ManualTimeProvider? Clock { get; set; }

        public int Calls => Volatile.Read(ref calls);

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(new AccessToken($"token-{Interlocked.Increment(ref calls)}", Clock!.GetUtcNow() + TimeSpan.FromHours(1)));
    }
}
