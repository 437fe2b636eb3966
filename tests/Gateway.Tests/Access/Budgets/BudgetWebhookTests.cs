using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dragoman.Access.Budgets;
using Dragoman.Configuration;
using Dragoman.Gateway.Tests.Access.Tokens;
using Dragoman.Secrets;
using Dragoman.Stores;

namespace Dragoman.Gateway.Tests.Access.Budgets;

/// <summary>Messages to the operator's webhook.</summary>
public sealed class BudgetWebhookTests : IAsyncDisposable
{
    private const string Path = "/secret-path";

    private static readonly byte[] Secret = [.. Enumerable.Range(7, 32).Select(number => (byte)number)];

    private static readonly SecretReference SecretText = SecretReference.OfLiteral("whsec_" + Convert.ToBase64String(Secret));

    private readonly SecretStore secrets = new(TimeProvider.System);
    private readonly DirectoryInfo folder = System.IO.Directory.CreateTempSubdirectory("dragoman-webhook-");
    private readonly ManualTimeProvider clock = new();
    private readonly FaultyStore store;
    private readonly RecordedLog log = new();
    private readonly ConcurrentQueue<(string Id, long Timestamp, string Body)> received = [];
    private readonly ConcurrentQueue<HttpStatusCode> answers = [];
    private readonly List<BudgetWebhook> processes = [];

    public BudgetWebhookTests() => store = new(new SqliteStore(System.IO.Path.Combine(folder.FullName, "a.db")));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
            await process.DisposeAsync();
        await store.DisposeAsync();
        folder.Delete(recursive: true);
        secrets.Dispose();
    }

    /// <summary>The example of the specification's libraries.</summary>
    [Fact]
    public void The_signature_is_that_of_the_standard() => Assert.Equal(
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookMessage.Sign(Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", """{"test": 2432232314}"""u8));

    [Fact]
    public async Task A_message_says_which_budget_how_much_and_until_when()
    {
        Start().Post(Notice());
        await UntilAsync(() => received.Count == 1);
        var message = Assert.Single(received);
        Assert.Equal(
            $$$"""{"id":"{{{message.Id}}}","type":"budget.warning","at":"2026-01-02T03:04:05Z","budget":{"scope":"tag","id":"project=x","team":"web"},"period":"day","startedAt":"2026-01-02T00:00:00Z","resetsAt":"2026-01-03T00:00:00Z","limit":200,"warnAt":0.8,"spent":160.5,"reserved":1,"left":38.5}""",
            message.Body);
        Assert.Matches("^budget_[0-9a-f]{32}$", message.Id);
    }

    [Fact]
    public async Task A_message_that_is_not_accepted_is_sent_again_with_the_same_id_and_body()
    {
        answers.Enqueue(HttpStatusCode.InternalServerError);
        answers.Enqueue(HttpStatusCode.Found);
        Start().Post(Notice());
        await UntilAsync(() => received.Count == 3);
        await IdleAsync();
        Assert.Single(received.Select(message => (message.Id, message.Body)).Distinct());
        Assert.Equal([0L, 1, 6], received.Select(message => message.Timestamp - received.First().Timestamp));
        // Nobody says it again, however often it is noticed.
        processes[0].Post(Notice());
        Start().Post(Notice());
        await IdleAsync();
        Assert.Equal(3, received.Count);
    }

    [Fact]
    public async Task Of_many_processes_one_sends()
    {
        foreach (var process in Enumerable.Range(0, 8).Select(_ => Start()).ToArray())
            process.Post(Notice());
        await UntilAsync(() => !received.IsEmpty);
        await IdleAsync();
        Assert.Single(received);
    }

    [Fact]
    public async Task Another_process_goes_on_when_the_first_has_disappeared()
    {
        answers.Enqueue(HttpStatusCode.InternalServerError);
        var first = Start();
        first.Post(Notice());
        await UntilAsync(() => IsEverybodyPausing(), moves: false);
        await first.DisposeAsync();
        Start().Post(Notice());
        await UntilAsync(() => received.Count == 2);
        Assert.Single(received.Select(message => message.Id).Distinct());
        // It waits until the first one's time is over: its pause and a minute.
        Assert.InRange(received.Last().Timestamp - received.First().Timestamp, 60, 70);
    }

    [Fact]
    public async Task Each_period_and_each_kind_has_a_message_of_its_own()
    {
        var process = Start();
        process.Post(Notice());
        await UntilAsync(() => received.Count == 1);
        process.Post(Notice(kind: BudgetNoticeKind.Exhausted));
        process.Post(Notice(tag: "y"));
        await UntilAsync(() => received.Count == 3);
        process.Post(Notice(day: 1));
        await UntilAsync(() => received.Count == 4);
        // What is over comes too late.
        process.Post(Notice());
        await IdleAsync();
        Assert.Equal(4, received.Select(message => message.Id).Distinct().Count());
        Assert.Equal(4, received.Count);
        // There are no more documents than budgets and kinds.
        Assert.Equal(3, (await store.ListAsync(NoticeClaims.Kind, null, null, 10)).Count);
    }

    [Fact]
    public async Task Deployments_with_different_secrets_have_different_ids()
    {
        Start().Post(Notice());
        await UntilAsync(() => received.Count == 1);
        var other = new WebhookMessage(Notice(), new("https://hooks.example.com/"), new byte[32]);
        Assert.NotEqual(received.First().Id, other.Id);
    }

    [Fact]
    public async Task After_sixteen_hours_it_is_given_up_and_the_log_names_no_secret()
    {
        for (var number = 0; number < 20; number++)
            answers.Enqueue(HttpStatusCode.BadGateway);
        Start().Post(Notice());
        await UntilAsync(() => log.Lines.Any(line => line.Contains("is not sent", StringComparison.Ordinal)), TimeSpan.FromMinutes(1));
        Assert.Equal(11, received.Count);
        Assert.InRange(received.Last().Timestamp - received.First().Timestamp, 15 * 3600, 16 * 3600);
        Assert.Contains("The message budget.warning about the daily budget of the tag project=x in the team web is not sent to the webhook at hooks.example.com: it answered with the status 502.", log.Lines);
        Assert.DoesNotContain(log.Lines, line => line.Contains(Path, StringComparison.Ordinal) || line.Contains(Convert.ToBase64String(Secret), StringComparison.Ordinal));
        Start().Post(Notice());
        await IdleAsync();
        Assert.Equal(11, received.Count);
    }

    [Fact]
    public async Task A_store_that_is_away_only_delays_it()
    {
        store.IsAway = true;
        Start().Post(Notice());
        await UntilAsync(IsEverybodyPausing, moves: false);
        Assert.Empty(received);
        store.IsAway = false;
        await UntilAsync(() => received.Count == 1);
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_is_left_after_a_while()
    {
        answers.Enqueue(HttpStatusCode.Continue);
        Start().Post(Notice());
        await UntilAsync(() => received.Count == 1);
        clock.Advance(BudgetWebhook.LongestTry);
        await UntilAsync(() => received.Count == 2);
        Assert.Contains(log.Lines, line => line.EndsWith("failed: it did not answer within 15 s. The next one is after 00:00:01.", StringComparison.Ordinal));
    }

    [Fact]
    public void For_a_while_a_message_has_a_signature_of_the_replaced_secret_too()
    {
        var message = new WebhookMessage(Notice(), new("https://hooks.example.com/"), Secret);
        using var request = message.ToRequest(clock.GetUtcNow(), [new byte[32], Secret]);
        var signatures = request.Headers.GetValues("webhook-signature").Single().Split(' ');
        Assert.Equal(2, signatures.Length);
        Assert.All(signatures, signature => Assert.StartsWith("v1,", signature, StringComparison.Ordinal));
        using var single = message.ToRequest(clock.GetUtcNow(), [Secret]);
        Assert.Equal(single.Headers.GetValues("webhook-signature").Single(), signatures[1]);
    }

    [Fact]
    public async Task A_secret_that_is_not_available_is_a_failed_try()
    {
        var reader = new Secrets.ScriptedReader(clock, SecretText.Value!) { Answer = _ => throw new SecretException("away", SecretFault.Unreachable) };
        using var vault = new SecretStore(clock, _ => reader);
        var reference = Secrets.ScriptedReader.Reference("hook");
        var process = new BudgetWebhook(new(new("https://hooks.example.com" + Path), reference), vault.Of(reference), new ScriptedConnections(ReceiveAsync), store, clock, log);
        processes.Add(process);
        process.Post(Notice());
        await UntilAsync(() => log.Lines.Any(line => line.Contains("failed: its secret is not available", StringComparison.Ordinal)));
        reader.Answer = _ => Task.FromResult(SecretText.Value!);
        await UntilAsync(() => received.Count == 1);
    }

    private static BudgetNotice Notice(BudgetNoticeKind kind = BudgetNoticeKind.Warning, string tag = "x", int day = 0)
    {
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddDays(day);
        var budget = new BudgetScope(BudgetOwner.OfTag("project", tag, "web"), 200 * Picodollars.InDollar, new(PeriodKind.Day, TimeZoneInfo.Utc), 0.8m);
        return new(kind, budget, budget.Period.At(at), 160_500_000_000_000, Picodollars.InDollar, at);
    }

    private BudgetWebhook Start()
    {
        var process = new BudgetWebhook(new(new("https://hooks.example.com" + Path), SecretText), secrets.Of(SecretText), new ScriptedConnections(ReceiveAsync), store, clock, log);
        processes.Add(process);
        return process;
    }

    private async Task<HttpResponseMessage> ReceiveAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        var body = await request.Content!.ReadAsStringAsync(cancellation);
        var (id, timestamp) = (request.Headers.GetValues("webhook-id").Single(), request.Headers.GetValues("webhook-timestamp").Single());
        Assert.Equal("v1," + Convert.ToBase64String(HMACSHA256.HashData(Secret, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}"))), request.Headers.GetValues("webhook-signature").Single());
        Assert.Equal(id, JsonElement.Parse(body).GetProperty("id").GetString());
        received.Enqueue((id, long.Parse(timestamp, null), body));
        var status = answers.TryDequeue(out var next) ? next : HttpStatusCode.NoContent;
        if (status == HttpStatusCode.Continue)
            await Task.Delay(Timeout.Infinite, cancellation);
        return new HttpResponseMessage(status);
    }

    /// <summary>Moves the clock whenever everybody waits for it, until something is so.</summary>
    private async Task UntilAsync(Func<bool> holds, TimeSpan? step = null, bool moves = true)
    {
        var begin = Stopwatch.GetTimestamp();
        while (!holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(begin) < TimeSpan.FromMinutes(1), $"It did not happen; {received.Count} messages were received.");
            if (moves && IsEverybodyPausing())
                clock.Advance(step ?? TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }

    private bool IsEverybodyPausing()
    {
        var count = processes.Sum(process => process.Count);
        return count > 0 && processes.Sum(process => process.Pausing) == count && clock.ArmedTimers == count;
    }

    /// <summary>Waits until no process has anything to do.</summary>
    private async Task IdleAsync()
    {
        foreach (var process in processes)
            await UntilAsync(() => process.Count == 0);
    }
}
