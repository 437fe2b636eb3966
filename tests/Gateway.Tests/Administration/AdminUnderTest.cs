using System.Text;
using System.Text.Json;
using Dragoman.Access;
using Dragoman.Access.Directory;
using Dragoman.Administration;
using Dragoman.Stores;
using Dragoman.Stores.Ledger;
using Microsoft.Data.Sqlite;

namespace Dragoman.Gateway.Tests.Administration;

/// <summary>The administration API over a SQLite store of its own.</summary>
internal sealed class AdminUnderTest : IAsyncDisposable
{
    public static readonly AdminActor Admin = AdminActor.WithAdminKey("192.0.2.1", "request-1");

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dragoman-admin-");
    private readonly SqliteStore file;

    /// <param name="over">Makes the store that the API gets from the one in the file.</param>
    public AdminUnderTest(Func<IDocumentStore, IDocumentStore>? over = null)
    {
        file = new SqliteStore(Path.Combine(folder.FullName, "store.db"));
        Store = over?.Invoke(file) ?? file;
        Ledger = new SqliteLedger(Path.Combine(folder.FullName, "store.db"));
        Api = new AdminApi(Store, Ledger, Clock);
    }

    public static AdminUnderTest Open() => new();

    public ManualTimeProvider Clock { get; } = new();

    public IDocumentStore Store { get; }

    public ILedgerStore Ledger { get; }

    public AdminApi Api { get; }

    /// <summary>The folder with everything that is stored.</summary>
    public string Folder => folder.FullName;

    public static AdminActor Of(string? team, string? user, params Role[] roles) =>
        new(new Caller { Team = team, User = user, Roles = roles }, AdminActorKind.Token, "192.0.2.2", "request-2");

    public static JsonElement Json(AdminAnswer answer) => JsonElement.Parse(answer.Body.Span);

    public static string Text(AdminAnswer answer) => Encoding.UTF8.GetString(answer.Body.Span);

    public Task<AdminAnswer> CallAsync(
        string method,
        string path,
        string? body = null,
        AdminActor? actor = null,
        string? ifMatch = null,
        string? ifNoneMatch = null,
        string? idempotencyKey = null,
        string? contentType = null)
    {
        var parts = path.Split('?', 2);
        var query = parts.Length == 1 ? [] : parts[1].Split('&').Select(pair => pair.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], pair.Length > 1 ? pair[1] : "")).ToList();
        return Api.HandleAsync(new AdminCall(method, parts[0], actor ?? Admin)
        {
            Query = query,
            Body = body is null ? default : Encoding.UTF8.GetBytes(body),
            IfMatch = ifMatch,
            IfNoneMatch = ifNoneMatch,
            IdempotencyKey = idempotencyKey,
            ContentType = contentType,
        });
    }

    /// <summary>Makes a call that must succeed.</summary>
    public async Task<JsonElement> DoneAsync(string method, string path, string? body = null, AdminActor? actor = null)
    {
        var answer = await CallAsync(method, path, body, actor);
        Assert.True(answer.Status is >= 200 and < 300, $"{method} {path}: {answer.Status} {Text(answer)}");
        return answer.Body.IsEmpty ? default : Json(answer);
    }

    /// <summary>Makes a call that must be refused.</summary>
    public async Task<JsonElement> RefusedAsync(int status, string method, string path, string? body = null, AdminActor? actor = null)
    {
        var answer = await CallAsync(method, path, body, actor);
        Assert.True(answer.Status == status, $"{method} {path}: {answer.Status} {Text(answer)}");
        Assert.Equal("application/problem+json", answer.ContentType);
        var problem = Json(answer);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.StartsWith("urn:dragoman:problem:", problem.GetProperty("type").GetString(), StringComparison.Ordinal);
        return problem;
    }

    /// <summary>The actions and targets of the audit log, in order.</summary>
    public async Task<List<string>> AuditAsync()
    {
        var page = await DoneAsync("GET", "audit?limit=500");
        return [.. page.GetProperty("items").EnumerateArray().Select(entry => $"{entry.GetProperty("action").GetString()} {entry.GetProperty("target").GetProperty("id").GetString()}")];
    }

    public async ValueTask DisposeAsync()
    {
        await file.DisposeAsync();
        SqliteConnection.ClearAllPools();
        folder.Delete(recursive: true);
    }
}
