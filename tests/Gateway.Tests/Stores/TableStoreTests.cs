using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Data.Tables.Sas;
using Azure.Identity;
using Dragoman.Identity;
using Dragoman.Stores;

namespace Dragoman.Gateway.Tests.Stores;

public sealed class TableStoreTests(AzuriteServer server) : DocumentStoreTests, IClassFixture<AzuriteServer>, IAsyncLifetime
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    public Task InitializeAsync()
    {
        server.SkipIfMissing();
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>The client sends the transaction again, and reports a conflict with it: 409 or 412 for its own write.</summary>
    [SkippableTheory]
    [InlineData(AnswerLoss.Cut, 1)]
    [InlineData(AnswerLoss.Cut, 2)]
    [InlineData(AnswerLoss.Cut, 5)]
    [InlineData(AnswerLoss.ServerError, 1)]
    [InlineData(AnswerLoss.ServerError, 2)]
    [InlineData(AnswerLoss.Unavailable, 3)]
    [InlineData(AnswerLoss.Silence, 1)]
    public async Task A_write_whose_answer_is_lost_is_applied_once(AnswerLoss loss, int times)
    {
        using var answers = new LostAnswers();
        await using var store = Open(answers);
        await WrittenAsync(store, Put("replaced", "{1}", WriteCondition.Absent));
        foreach (var reaches in new[] { true, false })
        {
            (answers.Loss, answers.Remaining, answers.ReachesService) = (loss, times, reaches);
            var result = await store.WriteAsync(new(
                NewId(),
                [Put($"created {reaches}", "{}", WriteCondition.Absent), Put("replaced", "{2}", WriteCondition.HasVersion(reaches ? 1 : 2))],
                [Json($"{reaches}")]));
            Assert.Equal((reaches ? 2 : 3, null), (result.Version, result.Refusal));
        }

        Assert.Equal(2, (await store.AuditAsync(0, 10)).Count);
        Assert.Equal(3, (await store.ChangesAsync(0, 20)).Version);
    }

    /// <summary>Without an operation id the store cannot know its own write again. It must not be applied twice.</summary>
    [SkippableTheory]
    [InlineData(AnswerLoss.Cut, 1)]
    [InlineData(AnswerLoss.Cut, 2)]
    [InlineData(AnswerLoss.ServerError, 1)]
    [InlineData(AnswerLoss.Silence, 1)]
    public async Task A_write_without_an_operation_id_whose_answer_is_lost_is_refused_if_it_was_applied(AnswerLoss loss, int times)
    {
        using var answers = new LostAnswers();
        await using var store = Open(answers);
        await store.CheckAsync();
        (answers.Loss, answers.Remaining, answers.ReachesService) = (loss, times, true);
        Assert.Equal(WriteRefusal.Condition, (await store.WriteAsync(Write.Repeatable(Lease("a", WriteCondition.Absent)))).Refusal);
        (answers.Remaining, answers.ReachesService) = (times, false);
        Assert.Equal(2, (await store.WriteAsync(Write.Repeatable(Lease("a", WriteCondition.HasVersion(1))))).Version);
        (answers.Remaining, answers.ReachesService) = (times, true);
        Assert.Equal(WriteRefusal.Condition, (await store.WriteAsync(Write.Repeatable(DocumentWrite.Delete("lease-a", "a", WriteCondition.HasVersion(2))))).Refusal);
        Assert.Equal((0, 3), (await CountRowsAsync(), (await store.ChangesAsync(0, 20)).Version));
    }

    [SkippableFact]
    public async Task A_write_that_is_canceled_after_it_was_applied_is_found_again()
    {
        using var answers = new LostAnswers();
        await using var store = Open(answers);
        await store.CheckAsync();
        using var cancellation = new CancellationTokenSource();
        answers.Applied = cancellation.Cancel;
        var write = new Write(NewId(), [Put("a", "{}", WriteCondition.Absent)], [Json("once")]);
        (answers.Loss, answers.Remaining) = (AnswerLoss.Silence, 1);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.WriteAsync(write, cancellation.Token));
        Assert.Equal(1, (await store.WriteAsync(write)).Version);
        Assert.Single(await store.AuditAsync(0, 10));
    }

    /// <summary>Another writer comes first, after the condition was checked and before the transaction is sent.</summary>
    [SkippableFact]
    public async Task A_lost_write_is_not_repeated_over_one_that_came_in_between()
    {
        using var answers = new LostAnswers();
        await using var store = Open(answers);
        await using var another = Open();
        await WrittenAsync(store, Put("a", "{1}", WriteCondition.Absent));
        (answers.Loss, answers.Remaining) = (AnswerLoss.Cut, 1);
        answers.Applied = () => another.WriteAsync(new(NewId(), [Put("a", "{3}", WriteCondition.HasVersion(2))], [])).GetAwaiter().GetResult();
        Assert.Equal(2, (await store.WriteAsync(new(NewId(), [Put("a", "{2}", WriteCondition.HasVersion(1))], []))).Version);
        AssertDocument(("a", 3, null, "{3}"), await store.GetAsync("key", "a"));
    }

    [SkippableTheory]
    [InlineData(AnswerLoss.Cut)]
    [InlineData(AnswerLoss.Unavailable)]
    [InlineData(AnswerLoss.Silence)]
    public async Task A_service_that_goes_away_is_reported_in_time_and_found_again(AnswerLoss loss)
    {
        using var answers = new LostAnswers();
        await using var store = Open(answers);
        await WrittenAsync(store, Put("a", "{}", WriteCondition.Absent));
        (answers.Loss, answers.IsAway) = (loss, true);
        var write = new Write(NewId(), [Put("a", "{2}", WriteCondition.HasVersion(1))], []);
        Func<Task>[] calls = [() => store.GetAsync("key", "a"), () => store.ChangesAsync(0, 20), () => store.WriteAsync(write), () => store.CheckAsync()];
        await Task.WhenAll(calls.Select(async call =>
        {
            var clock = Stopwatch.StartNew();
            await Assert.ThrowsAsync<StoreUnavailableException>(call);
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, StoreLimits.LongestCall);
        }));

        answers.IsAway = false;
        Assert.Equal(2, (await store.WriteAsync(write)).Version);
    }

    [SkippableFact]
    public async Task Nothing_new_is_one_request()
    {
        using var answers = new LostAnswers();
        await using var store = Open(answers);
        await WrittenAsync(store, Put("a", "{}", WriteCondition.Absent));
        var before = answers.Requests;
        Assert.Equal(1, (await store.ChangesAsync(1, 20)).Version);
        Assert.Equal(1, answers.Requests - before);
    }

    /// <summary>Azurite also commits what the real service refuses, so the rule of one partition and 100 operations is tested here.</summary>
    [SkippableFact]
    public async Task Every_row_is_in_one_partition_and_no_row_is_left_behind()
    {
        await using var store = Open();
        DocumentWrite[] Documents(string json) => [.. Enumerable.Range(0, StoreLimits.MostDocuments).Select(index => Put($"{index}", json, WriteCondition.Any, "team"))];
        await WrittenAsync(store, Documents("{1}"));
        await WrittenAsync(store, Documents("{2}"));
        Assert.Equal(1 + 2 + (3 * StoreLimits.MostDocuments), await CountAsync());
        await WrittenAsync(store, [.. Documents("{3}").Select(document => DocumentWrite.Delete("key", document.Id, WriteCondition.Any))]);
        Assert.Equal(1 + 3 + (2 * StoreLimits.MostDocuments), await CountAsync());
        await WrittenAsync(store, Documents("{4}"));
        Assert.Equal(1 + 4 + (3 * StoreLimits.MostDocuments), await CountAsync());

        async Task<long> CountAsync() => 1 + await CountRowsAsync();
    }

    [SkippableFact]
    public async Task A_wrong_key_is_reported_at_once()
    {
        await using var store = new TableStore(AddressOf(server.ConnectionString.Replace("AccountKey=Eby8", "AccountKey=AAAA", StringComparison.Ordinal)));
        var exception = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CheckAsync());
        Assert.IsType<RequestFailedException>(exception.InnerException);
        Assert.DoesNotContain("AAAAvdM0", exception.ToString(), StringComparison.Ordinal);
    }

    /// <summary>The service may end a page of a list early, at any number of rows.</summary>
    [SkippableFact]
    public async Task A_page_that_the_service_ends_early_is_continued()
    {
        await using var store = Open(new ShortPages());
        string[] ids = [.. Enumerable.Range(0, 7).Select(index => $"{index}")];
        await WrittenAsync(store, [.. ids.Select(id => Put(id, "{}", WriteCondition.Absent, "team"))]);
        Assert.Equal(ids, (await store.ListAsync("key", null, null, 500)).Select(document => document.Id));
        Assert.Equal(ids[..5], (await store.ListAsync("key", "team", null, 5)).Select(document => document.Id));
        Assert.Equal(ids, (await store.ChangesAsync(0, 20)).Changes.Select(change => change.Id));
    }

    /// <summary>Nobody may be let in, or kept out, because something between here and the service has answered.</summary>
    [SkippableTheory]
    [InlineData(200, "<html>Please log in</html>")]
    [InlineData(200, "{}")]
    [InlineData(200, """{"RowKey":"another"}""")]
    [InlineData(200, """{"RowKey":"v","V":"1"}""")]
    [InlineData(202, "")]
    [InlineData(202, "\r\nHTTP/1.1 204 No Content\r\n")]
    [InlineData(404, "<html>Not found</html>")]
    [InlineData(404, """{"odata.error":{"code":null}}""")]
    [InlineData(500, """{"odata.error":5}""")]
    public async Task An_answer_that_is_not_the_services_is_no_answer(int status, string body)
    {
        await using var store = Open(new FixedAnswer(status, body));
        Func<Task>[] calls =
        [
            () => store.GetAsync("key", "a"),
            () => store.ListAsync("key", null, null, 10),
            () => store.ChangesAsync(0, 20),
            () => store.WriteAsync(new(NewId(), [Put("a", "{}", WriteCondition.Any)], [])),
        ];
        await Task.WhenAll(calls.Select(call => Assert.ThrowsAsync<StoreUnavailableException>(call)));
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("\r\nHTTP/1.1 204 No Content\r\n")]
    [InlineData("\r\nHTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 20")]
    [InlineData("\r\nHTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\n")]
    public void A_transaction_is_applied_only_if_every_change_is_answered(string answer)
    {
        var transaction = new TableTransaction(new("https://a.example/t"), "s");
        transaction.Delete("a");
        transaction.Delete("b");
        Assert.Equal(502, Assert.Throws<RequestFailedException>(() => transaction.Check(Json(answer))).Status);
    }

    [SkippableFact]
    public async Task A_shared_access_signature_is_enough_and_is_in_no_message()
    {
        var expires = DateTimeOffset.UtcNow.AddHours(1);
        var query = new TableServiceClient(server.ConnectionString).GenerateSasUri(TableAccountSasPermissions.All, TableAccountSasResourceTypes.All, expires).Query[1..];
        var endpoint = server.ConnectionString.Split("TableEndpoint=")[1];
        await using (var store = new TableStore(AddressOf($"TableEndpoint={endpoint}SharedAccessSignature={query};")))
        {
            await WrittenAsync(store, Put("a", "{1}", WriteCondition.Absent, "team"));
            AssertDocument(("a", 1, "team", "{1}"), Assert.Single(await store.ListAsync("key", "team", null, 10)));
        }

        var wrong = query.Replace("sig=", "sig=AAAA", StringComparison.Ordinal);
        await using var refused = new TableStore(AddressOf($"TableEndpoint={endpoint}SharedAccessSignature={wrong};"));
        Assert.DoesNotContain("AAAA", (await Assert.ThrowsAsync<StoreUnavailableException>(() => refused.CheckAsync())).ToString(), StringComparison.Ordinal);
        await using var missing = new TableStore(AddressOf($"TableEndpoint=http://127.0.0.1:1/a;SharedAccessSignature={wrong};"));
        Assert.DoesNotContain("AAAA", (await Assert.ThrowsAsync<StoreUnavailableException>(() => missing.CheckAsync())).ToString(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_token_is_asked_for_at_the_first_call_and_sent()
    {
        var created = 0;
        var credential = DelegatedTokenCredential.Create((context, _) => new(Assert.Single(context.Scopes) == "https://storage.azure.com/.default" ? "token" : "wrong", DateTimeOffset.MaxValue));
        var answer = new FixedAnswer(404, "{\"odata.error\":{\"code\":\"Any\"}}");
        var address = TableAddress.Parse("https://one.table.core.windows.net/keys", new EntraTokens(() =>
        {
            created++;
            return credential;
        }, TimeProvider.System));
        await using var store = Open(answer, address);
        Assert.Equal(0, created);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CheckAsync());
        Assert.Equal(1, created);
        Assert.Equal("Bearer token", answer.Last!.Headers.Authorization!.ToString());
        Assert.Equal("https://one.table.core.windows.net/keys(PartitionKey='s',RowKey='v')", answer.Last.RequestUri!.AbsoluteUri);
    }

    [SkippableTheory]
    [InlineData(true, "cannot be used: The gateway found no credential")]
    [InlineData(false, "did not answer 6 times: Microsoft Entra ID gave the gateway no token.")]
    public async Task An_identity_without_a_token_is_a_store_that_cannot_be_used(bool isMissing, string expected)
    {
        var credential = DelegatedTokenCredential.Create((_, _) => throw new EntraException(
            new AuthenticationFailedException("details"), [new CredentialAttempt("managed", "details", "advice", isMissing)]));
        await using var store = Open(new FixedAnswer(500, ""), TableAddress.Parse("https://one.table.core.windows.net/keys", new EntraTokens(() => credential, TimeProvider.System)));
        Assert.Contains(expected, (await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CheckAsync())).Message, StringComparison.Ordinal);
    }

    private protected override IDocumentStore Open() => new TableStore(AddressOf(server.ConnectionString));

    private protected override IDocumentStore OpenMissing() => new TableStore(AddressOf(AzuriteServer.To("1")));

    private protected override async Task<long> CountRowsAsync()
    {
        var rows = -1L;
        await foreach (var row in new TableClient(server.ConnectionString, Name).QueryAsync<TableEntity>())
        {
            Assert.Equal("s", row.PartitionKey);
            rows++;
        }

        return rows;
    }

    private protected override async Task SetSchemaAsync(long schema) =>
        await new TableClient(server.ConnectionString, Name).UpdateEntityAsync(new TableEntity("s", "v") { ["S"] = schema }, ETag.All, TableUpdateMode.Merge);

    private TableStore Open(HttpMessageHandler handler, TableAddress? address = null) =>
        new(address ?? AddressOf(server.ConnectionString), Short * 2, options => options.Transport = new HttpClientTransport(new HttpClient(handler, disposeHandler: false)));

    private TableAddress AddressOf(string connectionString) => TableAddress.Parse($"{connectionString}TableName={Name}", EntraTokens.Default);

    /// <summary>Asks for pages of at most 2 rows, whatever the store wants.</summary>
    private sealed class ShortPages() : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new(Regex.Replace(request.RequestUri!.AbsoluteUri, @"(?<=\$top=)\d+", top => top.Value == "1" ? "1" : "2"));
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class FixedAnswer(int status, string body) : HttpMessageHandler
    {
        public HttpRequestMessage? Last { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Last = request;
            return Task.FromResult(new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body) });
        }
    }
}
