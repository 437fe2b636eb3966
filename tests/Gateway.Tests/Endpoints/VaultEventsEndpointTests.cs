using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Dragoman.Access;
using Dragoman.Conversation;
using Dragoman.Endpoints;
using Dragoman.Gateway.Tests.Access;
using Dragoman.Locales;
using Dragoman.Secrets;
using Role = Dragoman.Access.Directory.Role;

namespace Dragoman.Gateway.Tests.Endpoints;

public sealed class VaultEventsEndpointTests : IAsyncLifetime, IVaultListener
{
    private const string Key = "events-key-of-this-test";

    private const string Validation =
        """[{ "id": "1", "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "subject": "", "eventTime": "2026-11-25T01:08:33Z", "dataVersion": "2", "metadataVersion": "1", "data": { "validationCode": "512d38b6-c7b8", "validationUrl": "https://rp-eastus2.eventgrid.azure.net/x" } }]""";

    private readonly ConcurrentQueue<string> told = [];
    private IReadOnlyList<Role>? roles;
    private GatewayUnderTest? gateway;

    public async Task InitializeAsync()
    {
        gateway = await GatewayUnderTest.StartAsync(
            policy: new KnownCaller(_ => roles is null
                ? throw new GatewayException(new GatewayError(ErrorKind.Unauthenticated, AccessText.NotValid))
                : new Caller { Team = null, Roles = roles }),
            keyVault: $$"""{ "uri": "https://name.vault.azure.net", "eventsKey": "{{Key}}" }""");
        gateway.VaultListener = this;
    }

    public async Task DisposeAsync() => await gateway!.DisposeAsync();

    void IVaultListener.OnNewVersion(string vaultHost, string secretName) => told.Enqueue($"{vaultHost} {secretName}");

    [Theory]
    [InlineData("Authorization", "Bearer " + Key)]
    [InlineData("x-api-key", Key)]
    [InlineData("api-key", Key)]
    public async Task The_key_admits_whoever_reports_events(string header, string value)
    {
        var answer = await SendAsync(NewVersion("name", "openai-key"), (header, value));
        Assert.Equal((HttpStatusCode.OK, """{"newVersions":1}"""), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        Assert.Equal(["name.vault.azure.net openai-key"], told);
    }

    [Theory]
    [InlineData(Role.Events, 200)]
    [InlineData(Role.Admin, 200)]
    [InlineData(Role.Auditor, 403)]
    [InlineData(Role.Lead, 403)]
    [InlineData(null, 401)]
    public async Task A_token_needs_a_role(Role? role, int status)
    {
        roles = role is { } given ? [given] : null;
        var answer = await SendAsync(NewVersion("name", "a"), ("Authorization", "Bearer other"));
        Assert.Equal((status, status == 200 ? 1 : 0), ((int)answer.StatusCode, told.Count));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("x-api-key", Key + "x")]
    [InlineData("x-api-key", "events-key-of-this-tes")]
    public async Task Nobody_else_is_admitted(string? header, string? value)
    {
        var answer = await SendAsync(NewVersion("name", "a"), header is null ? [] : [(header, value!)]);
        Assert.Equal((HttpStatusCode.Unauthorized, 0), (answer.StatusCode, told.Count));
    }

    /// <summary>Event Grid may not send the headers of deliveries with it.</summary>
    [Fact]
    public async Task The_handshake_of_Event_Grids_schema_needs_no_credential()
    {
        var answer = await SendAsync(Validation, ("aeg-event-type", "SubscriptionValidation"));
        Assert.Equal((HttpStatusCode.OK, """{"validationResponse":"512d38b6-c7b8"}"""), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        answer = await SendAsync(Validation, ("x-api-key", Key));
        Assert.Equal("""{"validationResponse":"512d38b6-c7b8"}""", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("[]", 400)]
    [InlineData("{", 400)]
    [InlineData("""[{ "eventType": "\ud800" }]""", 400)]
    [InlineData("""[{ "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "data": {} }]""", 400)]
    public async Task Behind_the_handshakes_header_nothing_else_is_accepted(string body, int status)
    {
        foreach (var each in new[] { body, NewVersion("name", "a"), new string(' ', 20_000) })
        {
            var answer = await SendAsync(each, ("aeg-event-type", "SubscriptionValidation"));
            Assert.Equal(each.Length > 16 * 1024 ? 413 : status, (int)answer.StatusCode);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(Validation, ("aeg-event-type", "SubscriptionValidation"), ("x-api-key", "wrong"))).StatusCode);
        Assert.Empty(told);
    }

    [Theory]
    [InlineData("eventgrid.azure.net", 200)]
    [InlineData("eventgrid.azure.us", 200)]
    [InlineData("evil.example.com", 403)]
    [InlineData(null, 403)]
    public async Task The_handshake_of_CloudEvents_admits_Event_Grid(string? origin, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, VaultEventsEndpoint.Path);
        if (origin is not null)
            request.Headers.Add("WebHook-Request-Origin", origin);
        using var answer = await gateway!.Client.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
        if (status != 200)
            return;
        Assert.Equal(origin, Assert.Single(answer.Headers.GetValues("WebHook-Allowed-Origin")));
        Assert.Equal("*", Assert.Single(answer.Headers.GetValues("WebHook-Allowed-Rate")));
    }

    [Fact]
    public async Task CloudEvents_come_one_by_one_or_in_batches()
    {
        const string Event = """{ "specversion": "1.0", "id": "1", "source": "/x", "type": "Microsoft.KeyVault.SecretNewVersionCreated", "subject": "a", "data": { "vaultName": "NAME", "objectType": "Secret", "objectName": "a" } }""";
        Assert.Equal("""{"newVersions":1}""", await (await SendAsync(Event, ("x-api-key", Key))).Content.ReadAsStringAsync());
        Assert.Equal("""{"newVersions":2}""", await (await SendAsync($"[{Event},{Event}]", ("x-api-key", Key))).Content.ReadAsStringAsync());
        Assert.Equal(3, told.Count);
    }

    [Fact]
    public async Task Events_of_others_are_ignored_and_ends_are_logged()
    {
        var log = gateway!.CaptureLog("Dragoman.Vault");
        var answer = await SendAsync(
            $$"""
            [
              { "eventType": "Microsoft.Storage.BlobCreated", "data": "text" },
              { "eventType": "Microsoft.KeyVault.KeyNewVersionCreated", "data": { "VaultName": "name", "ObjectType": "Key", "ObjectName": "k" } },
              {{NewVersion("another", "a")[1..^1]}},
              { "eventType": "Microsoft.KeyVault.SecretNewVersionCreated" },
              { "eventType": "Microsoft.KeyVault.SecretNearExpiry", "data": { "VaultName": "name", "ObjectType": "Secret", "ObjectName": "b", "EXP": 1795651200 } },
              { "eventType": "Microsoft.KeyVault.SecretExpired", "data": { "VaultName": "name", "ObjectType": "Secret", "ObjectName": "c", "EXP": 1e300 } }
            ]
            """,
            ("x-api-key", Key));
        Assert.Equal("""{"newVersions":0}""", await answer.Content.ReadAsStringAsync());
        Assert.Empty(told);
        Assert.Equal("Warning secret b in name.vault.azure.net expires soon, at 2026-11-26T00:00:00Z; create a new version", await log.NextAsync());
        Assert.Equal("Warning secret c in name.vault.azure.net has expired, at a time that the event does not say; create a new version", await log.NextAsync());
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("null", 400)]
    [InlineData("7", 400)]
    [InlineData("[1]", 400)]
    [InlineData("""[{ "eventType": 1 }]""", 400)]
    [InlineData("{}", 400)]
    [InlineData("""[{ "eventType": "\ud800" }]""", 400)]
    [InlineData("""[{ "\udfff": 1, "eventType": "x" }]""", 400)]
    [InlineData("[]", 200)]
    public async Task What_is_no_event_is_refused(string body, int status) => Assert.Equal(status, (int)(await SendAsync(body, ("x-api-key", Key))).StatusCode);

    [Fact]
    public async Task A_body_has_a_limit() =>
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await SendAsync(new string(' ', (1024 * 1024) + 1), ("x-api-key", Key))).StatusCode);

    [Fact]
    public async Task Without_a_vault_there_is_nothing_to_report()
    {
        await using var other = await GatewayUnderTest.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await other.PostAsync(VaultEventsEndpoint.Path, NewVersion("name", "a"))).Status);
    }

    /// <summary>As the gateway of a test is open, nobody has a role.</summary>
    [Fact]
    public async Task An_open_gateway_admits_only_the_key()
    {
        await using var other = await GatewayUnderTest.StartAsync(keyVault: """{ "uri": "https://name.vault.azure.net" }""");
        Assert.Equal(HttpStatusCode.Forbidden, (await other.PostAsync(VaultEventsEndpoint.Path, NewVersion("name", "a"))).Status);
    }

    private static string NewVersion(string vault, string secret) =>
        $$"""[{ "id": "1", "topic": "/subscriptions/x", "subject": "{{secret}}", "eventType": "Microsoft.KeyVault.SecretNewVersionCreated", "eventTime": "2026-11-25T01:08:33Z", "dataVersion": "1", "metadataVersion": "1", "data": { "Id": "https://{{vault}}.vault.azure.net/secrets/{{secret}}/1", "VaultName": "{{vault}}", "ObjectType": "Secret", "ObjectName": "{{secret}}", "Version": "1", "NBF": null, "EXP": null } }]""";

    private async Task<HttpResponseMessage> SendAsync(string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, VaultEventsEndpoint.Path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await gateway!.Client.SendAsync(request);
    }
}
