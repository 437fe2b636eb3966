using System.Diagnostics;
using Azure;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
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

        async Task<int> CountAsync()
        {
            var rows = 0;
            await foreach (var row in new TableClient(server.ConnectionString, Name).QueryAsync<TableEntity>())
            {
                Assert.Equal("s", row.PartitionKey);
                rows++;
            }

            return rows;
        }
    }

    [SkippableFact]
    public async Task A_wrong_key_is_reported_at_once()
    {
        await using var store = new TableStore(server.ConnectionString.Replace("AccountKey=Eby8", "AccountKey=AAAA", StringComparison.Ordinal), Name);
        var exception = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CheckAsync());
        Assert.IsType<RequestFailedException>(exception.InnerException);
        Assert.DoesNotContain("AAAAvdM0", exception.ToString(), StringComparison.Ordinal);
    }

    private protected override IDocumentStore Open() => new TableStore(server.ConnectionString, Name);

    private protected override IDocumentStore OpenMissing() => new TableStore(AzuriteServer.To("1"), Name);

    private protected override async Task SetSchemaAsync(long schema) =>
        await new TableClient(server.ConnectionString, Name).UpdateEntityAsync(new TableEntity("s", "v") { ["S"] = schema }, ETag.All, TableUpdateMode.Merge);

    private TableStore Open(LostAnswers answers) =>
        new(options => new(server.ConnectionString, Name, options), options => options.Transport = new HttpClientTransport(new HttpClient(answers, disposeHandler: false)), Short * 2);
}
