using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dragoman.Access.Credentials;
using Dragoman.Access.Directory;
using Dragoman.Stores;
using Organization = Dragoman.Access.Directory.Organization;

namespace Dragoman.Bench.Access;

/// <summary>Fills the store that the sidecars share, without HTTP.</summary>
/// <param name="connection">What the configuration calls this store.</param>
internal sealed class AccessStore(string connection) : IAsyncDisposable
{
    /// <summary>The team of all keys.</summary>
    public const string Team = "bench";

    /// <summary>The user of the key with limits on every scope, and of the tokens.</summary>
    public const string User = "ann";

    private readonly IDocumentStore store = StoreConnection.Parse(connection).Open();

    /// <summary>What the configuration calls this store.</summary>
    public string Connection => connection;

    /// <summary>Creates the team with many keys, and returns the texts of the first ones.</summary>
    /// <param name="count">How many keys.</param>
    /// <param name="known">How many of their texts to return.</param>
    /// <param name="cancellation">Ends the work.</param>
    public async Task<IReadOnlyList<string>> FillAsync(int count, int known, CancellationToken cancellation)
    {
        await WriteAsync([Put(Dragoman.Access.Directory.Team.Kind, Team, new Team(Team, Now), DirectoryJson.Default.Team)], cancellation);
        var texts = new List<string>();
        for (var written = 0; written < count;)
        {
            var batch = new List<DocumentWrite>();
            for (; written < count && batch.Count < StoreLimits.MostDocuments; written++)
            {
                var (text, key) = Draw();
                if (texts.Count < known)
                    texts.Add(text);
                batch.Add(Put(key));
            }

            await WriteAsync(batch, cancellation);
        }

        return texts;
    }

    /// <summary>Adds a key with limits of its own.</summary>
    public async Task<string> AddAsync(LimitValues limits, CancellationToken cancellation)
    {
        var (text, key) = Draw();
        await WriteAsync([Put(key with { Limits = limits })], cancellation);
        return text;
    }

    /// <summary>Gives organization, team, user and one key the same limits and budgets, and returns the key.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="budgets">The budgets.</param>
    /// <param name="cancellation">Ends the work.</param>
    public async Task<string> LimitAllAsync(LimitValues limits, BudgetValues budgets, CancellationToken cancellation)
    {
        var (text, key) = Draw();
        await WriteAsync(
            [
                Put(Organization.Kind, Organization.Kind, new Organization { Limits = limits, Budgets = budgets }, DirectoryJson.Default.Organization),
                Put(Dragoman.Access.Directory.Team.Kind, Team, new Team(Team, Now) { Limits = limits, Budgets = budgets }, DirectoryJson.Default.Team),
                Put(Dragoman.Access.Directory.User.Kind, Dragoman.Access.Directory.User.DocumentIdOf(Team, User), new User(Team, User, Now) { Limits = limits, Budgets = budgets }, DirectoryJson.Default.User, Team),
                Put(key with { User = User, Limits = limits, Budgets = budgets }),
            ],
            cancellation);
        return text;
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static (string Text, TeamKey Key) Draw()
    {
        var text = KeyText.Create();
        var hash = new byte[KeyText.HashLength];
        KeyText.Hash(text, hash);
        return (text, new TeamKey(KeyText.IdOf(text).ToString(), Team, hash, Now));
    }

    private static DocumentWrite Put(TeamKey key) => Put(TeamKey.Kind, key.Id, key, DirectoryJson.Default.TeamKey, key.Team);

    private static DocumentWrite Put<T>(string kind, string id, T value, JsonTypeInfo<T> type, string? partOf = null) =>
        DocumentWrite.Put(kind, id, JsonSerializer.SerializeToUtf8Bytes(value, type), WriteCondition.Any, partOf);

    private async Task WriteAsync(List<DocumentWrite> documents, CancellationToken cancellation)
    {
        var result = await store.WriteAsync(new Write(Guid.NewGuid().ToString("n"), documents, []), cancellation);
        if (result.Refusal is { } refusal)
            throw new InvalidOperationException($"the store refused to write {documents.Count} documents: {refusal}");
    }
}
