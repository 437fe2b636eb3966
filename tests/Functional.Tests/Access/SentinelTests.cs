using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dragoman.Functional.Tests.Harness;
using Dragoman.StandIn;
using Xunit;
using Xunit.Abstractions;

namespace Dragoman.Functional.Tests.Access;

/// <summary>Every kind of credential goes through everything once. Afterwards nothing has kept or told one.</summary>
public class SentinelTests(ITestOutputHelper output)
{
    private const int PublicPartOfKey = 16;

    private readonly Sentinels sentinels = new();
    private readonly List<(string Place, string Text)> told = [];
    private int addresses;

    [Fact]
    public async Task No_credential_is_kept_or_told_by_anything()
    {
        await using var issuer = await StandInIssuer.StartAsync();
        var (admin, provider) = (Secret("adm"), Secret("prv"));
        await using var keyed = await KeyedStack.StartAsync(
            $$"""
            {"mode":"both","adminKey":"env:SENTINEL_ADMIN","issuers":[{"issuer":"{{issuer.Issuer}}","audiences":["{{issuer.Audience}}"],"rules":[{"team":"web","roles":["auditor"]}]}]}
            """,
            """{"providers":{"emulated":{"dialect":"mistral","baseUrl":"EMULATOR/v1","apiKey":"env:SENTINEL_PROVIDER","publish":"all"},"dead":{"dialect":"openai","baseUrl":"http://127.0.0.1:9/v1","apiKey":"env:SENTINEL_PROVIDER"}},"models":{"dead":{"provider":"dead","model":"d"}}}""",
            new Dictionary<string, string?> { ["SENTINEL_ADMIN"] = admin, ["SENTINEL_PROVIDER"] = provider });
        keyed.Admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", admin);
        await keyed.TeamAsync("web");
        await keyed.AdministrateAsync("POST", "users", """{"team":"web","id":"ann","roles":["lead"]}""");
        var key = await CreatedAsync(keyed, "keys", """{"team":"web","user":"ann"}""", "created-once");
        var limited = await CreatedAsync(keyed, "keys", """{"team":"web","limits":{"requestsPerMinute":1}}""");
        var rotated = await CreatedAsync(keyed, $"keys/{KeyedStack.IdOf(key)}/rotate", """{"keepOldSeconds":3600}""");
        var revoked = await CreatedAsync(keyed, "keys", """{"team":"web"}""");
        var token = issuer.Sign(("team", "web"));
        var forged = token[..^8] + "AAAAAAAA";
        var (password, unknown, mistyped) = (Secret("p@ss/w+rd"), "dgm_" + Secret("")[..40], rotated[..^1] + (rotated[^1] == 'x' ? 'y' : 'x'));
        foreach (var (name, text) in new[] { ("key", key), ("limited key", limited), ("new key", rotated), ("revoked key", revoked), ("mistyped key", mistyped) })
            sentinels.Add(name, text, PublicPartOfKey);
        foreach (var (name, text) in new[] { ("admin key", admin), ("provider's key", provider), ("password", password), ("unknown key", unknown), ("signature of a token", token[(token.LastIndexOf('.') + 1)..]), ("claims of a token", token.Split('.')[1]) })
            sentinels.Add(name, text);
        await keyed.AdministrateAsync("DELETE", "keys/" + KeyedStack.IdOf(revoked));

        using var watching = new CancellationTokenSource();
        var watched = WatchAsync(keyed, watching.Token);
        string[] credentials = [key, rotated, limited, revoked, unknown, mistyped, password, token, forged, admin, admin + "x"];
        foreach (var credential in credentials)
        {
            foreach (var place in CredentialPlace.All)
            {
                foreach (var (method, path, body) in Asked)
                    await ExchangeAsync(keyed, method, path, body, place.Line(credential));
            }

            await MalformAsync(keyed, credential);
        }

        await AdministrateWronglyAsync(keyed, key, admin);
        foreach (var path in new[] { "keys?limit=100", "audit?limit=500", "limits?team=web", "whoami", "teams", "users", "organization", "keys/" + KeyedStack.IdOf(key) })
            told.Add((path, (await keyed.AdministrateAsync("GET", path)).GetRawText()));
        // The settlement of the last request reaches those who watch.
        await watching.CancelAsync();
        told.Add(("live requests", await watched));
        told.Add(("emulator's requests", JsonSerializer.Serialize(await keyed.Stack.ProviderRequestsAsync())));
        told.Add(("nginx's access log", await keyed.Stack.Door.AccessLogTextAsync()));
        told.Add(("nginx's error log", keyed.Stack.Door.ErrorLog));
        told.AddRange([("sidecar's log", keyed.Stack.Sidecar.Log), ("functions' log", keyed.Stack.Functions!.Log), ("emulator's log", keyed.Stack.Emulator.Log)]);

        foreach (var status in new[] { 200, 400, 401, 403, 404, 409, 429, 431 })
            Assert.Contains(told, each => each.Text.StartsWith($"HTTP/1.1 {status} ", StringComparison.Ordinal));
        Assert.Contains("refused ", keyed.Stack.Sidecar.Log, StringComparison.Ordinal);
        Assert.Contains("settled ", keyed.Stack.Functions.Log, StringComparison.Ordinal);
        Assert.True(new FileInfo(Path.Combine(keyed.Stack.DirectoryPath, "dragoman.db")).Length > 0);
        var found = told.SelectMany(each => sentinels.FindIn(each.Place, each.Text))
            .Concat(sentinels.FindUnder(keyed.Stack.DirectoryPath)).Concat(sentinels.FindUnder(keyed.Stack.Door.DirectoryPath)).Distinct().ToList();
        Assert.True(found.Count == 0, string.Join('\n', found.Take(20)));
        output.WriteLine($"{sentinels.Searches} searches in {told.Count} texts and the files of two directories");
        // A search that can find nothing proves nothing.
        Assert.NotEmpty(sentinels.FindIn("a text with a key", $"... {key} ..."));
        Assert.NotEmpty(sentinels.FindIn("a text with Basic", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("x:" + key))));
    }

    /// <summary>The store cannot be reached, or read, and its connection has a password.</summary>
    [Theory]
    [InlineData("postgres://dragoman:SENTINEL@127.0.0.1:9/dragoman")]
    [InlineData("postgres:Host=127.0.0.1;Port=9;Username=dragoman;Password=SENTINEL;Database=dragoman")]
    [InlineData("tables:AccountName=dragoman;AccountKey=BASE64;TableEndpoint=http://127.0.0.1:9/dragoman")]
    [InlineData("tables:https://127.0.0.1:9/dragoman?sv=2020-12-06&sig=SENTINEL")]
    [InlineData("sqlite:/dev/null/dragoman.db")]
    public async Task A_store_that_is_away_does_not_tell_its_password(string connection)
    {
        var (admin, password, credential) = (Secret("adm"), Secret("db"), "dgm_" + Secret("")[..40]);
        foreach (var (name, text) in new[] { ("admin key", admin), ("database password", password), ("unknown key", credential) })
            sentinels.Add(name, text);
        connection = connection.Replace("SENTINEL", password, StringComparison.Ordinal)
            .Replace("BASE64", Convert.ToBase64String(Encoding.ASCII.GetBytes(password)), StringComparison.Ordinal);
        await using var keyed = await KeyedStack.StartAsync(
            """{"adminKey":"env:SENTINEL_ADMIN"}""", """{"store":{"connection":"env:SENTINEL_STORE"}}""",
            new Dictionary<string, string?> { ["SENTINEL_ADMIN"] = admin, ["SENTINEL_STORE"] = connection });

        foreach (var place in CredentialPlace.All)
        {
            foreach (var (method, path, body) in Asked)
            {
                await ExchangeAsync(keyed, method, path, body, place.Line(credential));
                await ExchangeAsync(keyed, method, path, body, place.Line(admin));
            }
        }

        told.Add(("nginx's access log", await keyed.Stack.Door.AccessLogTextAsync()));
        told.AddRange([("sidecar's log", keyed.Stack.Sidecar.Log), ("functions' log", keyed.Stack.Functions!.Log)]);
        Assert.Contains("the store", keyed.Stack.Sidecar.Log, StringComparison.Ordinal);
        var found = told.SelectMany(each => sentinels.FindIn(each.Place, each.Text)).Concat(sentinels.FindUnder(keyed.Stack.DirectoryPath)).Distinct().ToList();
        Assert.True(found.Count == 0, string.Join('\n', found.Take(20)));
        output.WriteLine($"{sentinels.Searches} searches in {told.Count} texts and the files of a directory");
    }

    private static readonly (string Method, string Path, string? Body)[] Asked =
    [
        ("GET", "/api/tags", null),
        ("GET", "/api/ps", null),
        ("GET", "/v1/models", null),
        ("POST", "/api/chat", """{"model":"mistral-small-latest","stream":true,"messages":[{"role":"user","content":"hi"}]}"""),
        ("POST", "/v1/chat/completions", """{"model":"mistral-small-latest","messages":[{"role":"user","content":"hi"}]}"""),
        ("POST", "/v1/messages", """{"model":"mistral-small-latest","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}"""),
        ("POST", "/v1/responses", """{"model":"dead","input":"hi"}"""),
        ("POST", "/v1/chat/completions", """{"model":"dead","stream":true,"messages":[{"role":"user","content":"hi"}]}"""),
        ("POST", "/v1/chat/completions", """{"model":"mistral-small-latest","messages":"wrong"}"""),
        ("POST", "/nowhere", "{}"),
        ("GET", "/dragoman/keys", null),
        ("GET", "/dragoman/whoami", null),
    ];

    private static string Secret(string prefix) => prefix + RandomNumberGenerator.GetString("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789", 44);

    /// <summary>Creates a key; its text is told in this one answer.</summary>
    private async Task<string> CreatedAsync(KeyedStack keyed, string path, string body, string? idempotencyKey = null)
    {
        using var answer = await PostAsync();
        var created = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, created);
        var text = JsonElement.Parse(created).GetProperty("key").GetString()!;
        if (idempotencyKey is not null)
        {
            using var replayed = await PostAsync();
            told.Add(("replayed answer", await replayed.Content.ReadAsStringAsync()));
        }

        return text;

        Task<HttpResponseMessage> PostAsync()
        {
            var request = Requests.Post("/dragoman/" + path, body);
            if (idempotencyKey is not null)
                request.Headers.Add("Idempotency-Key", idempotencyKey);
            return keyed.Admin.SendAsync(request);
        }
    }

    /// <summary>What people and programs do wrong with a credential.</summary>
    private async Task MalformAsync(KeyedStack keyed, string credential)
    {
        foreach (var headers in new[]
        {
            $"Authorization: Bearer {credential} {credential}\r\n",
            $"Authorization: Bearer {credential}\t\r\n",
            $"Authorization: Bearer {credential}\u00e9\r\n",
            $"Authorization: {credential}\r\n",
            $"Authorization: Digest {credential}\r\n",
            $"Authorization: Basic {credential}\r\n",
            $"Authorization: Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes(credential))}\r\n",
            $"Authorization: Bearer {credential}\r\nAuthorization: Bearer {credential}\r\n",
            $"Authorization: Bearer {credential}\r\nx-api-key: another\r\n",
            $"x-api-key: {credential}\r\nx-api-key: {credential}\r\n",
            $"x-api-key: {new string('k', 9000)}{credential}\r\n",
            $"x-api-key: {new string('k', 20000)}{credential}\r\n",
            $"x-api-key: \0{credential}\r\n",
        })
        {
            await ExchangeAsync(keyed, "GET", "/api/tags", null, headers);
            await ExchangeAsync(keyed, "POST", "/v1/messages", "{}", headers);
        }

        // Where no credential belongs, but where people put one.
        await ExchangeAsync(keyed, "GET", $"/v1/models?key={credential}&api_key={credential}", null, "");
        await ExchangeAsync(keyed, "GET", $"/dragoman/keys?key={credential}", null, $"x-api-key: {credential}\r\n");
        await ExchangeAsync(keyed, "GET", "/api/tags", null, $"Cookie: key={credential}\r\nReferer: http://x/?{credential}\r\nUser-Agent: {credential}\r\nProxy-Authorization: Basic {credential}\r\n");
        await ExchangeAsync(keyed, "GET", "/v1/responses", null, $"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: {credential}\r\nx-api-key: wrong-{credential}\r\n");
    }

    private async Task AdministrateWronglyAsync(KeyedStack keyed, string key, string admin)
    {
        foreach (var credential in new[] { key, admin })
        {
            var headers = $"x-api-key: {credential}\r\n";
            await ExchangeAsync(keyed, "POST", "/dragoman/keys", "{", headers);
            await ExchangeAsync(keyed, "POST", "/dragoman/keys", """{"team":"nobody"}""", headers);
            await ExchangeAsync(keyed, "POST", "/dragoman/keys", """{"team":"web","unknown":1}""", headers);
            await ExchangeAsync(keyed, "PATCH", "/dragoman/keys/" + KeyedStack.IdOf(key), """{"name":"named"}""", headers);
            await ExchangeAsync(keyed, "PATCH", "/dragoman/keys/" + KeyedStack.IdOf(key), """{"name":"again"}""", headers + "If-Match: \"0\"\r\n");
            await ExchangeAsync(keyed, "DELETE", "/dragoman/teams/web", null, headers);
        }
    }

    /// <summary>Each request comes from another address, because an address that sends many wrong credentials is slowed.</summary>
    private async Task ExchangeAsync(KeyedStack keyed, string method, string path, string? body, string headers)
    {
        var number = addresses++;
        var answers = await RawHttp.ExchangeAsync(
            keyed.Stack.Door.Port,
            $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}Content-Type: application/json\r\nContent-Length: {body?.Length ?? 0}\r\n\r\n{body}",
            source: new System.Net.IPAddress([127, 3, (byte)(number / 250), (byte)((number % 250) + 1)]));
        foreach (var answer in answers)
            told.Add(($"answer to {method} {path.Split('?')[0]}", answer.Head + answer.Body));
    }

    private static async Task<string> WatchAsync(KeyedStack keyed, CancellationToken end)
    {
        var seen = new StringBuilder();
        try
        {
            using var answer = await keyed.Admin.GetAsync(new Uri("/dragoman/requests", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, end);
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(end));
            while (await reader.ReadLineAsync(end) is { } line)
                seen.AppendLine(line);
        }
        catch (OperationCanceledException)
        {
            // The test has seen enough.
        }

        return seen.ToString();
    }
}
