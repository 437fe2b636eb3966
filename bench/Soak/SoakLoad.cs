using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;

namespace Dragoman.Bench.Soak;

/// <summary>
/// Clients of all kinds, each of which sends one request after another: streamed and whole answers of every endpoint from
/// every provider, slow, fast, rejected and broken ones, bad requests, clients that disconnect and clients that hardly read.
/// </summary>
internal sealed class SoakLoad(Uri address, int clients) : IDisposable
{
    private const int KeptSurprises = 20;

    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpMessageInvoker http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, ActivityHeadersPropagator = null });
    private readonly ConcurrentDictionary<string, long> counts = new();
    private readonly ConcurrentDictionary<string, long> surprises = new();
    private long numbers;

    /// <summary>The number of requests of each kind.</summary>
    public IReadOnlyDictionary<string, long> Counts => counts;

    /// <summary>The number of wrong answers, by what was wrong.</summary>
    public IReadOnlyDictionary<string, long> Surprises => surprises;

    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, clients).Select(client => RunClientAsync(new Random(client), stop)));

    public void Dispose() => http.Dispose();

    private async Task RunClientAsync(Random random, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(random.NextDouble() * LongestPause, stop);
                await AskAsync(random, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The time of the load has ended.
        }
    }

    private async Task AskAsync(Random random, CancellationToken stop)
    {
        var endpoint = SoakEndpoint.All[random.Next(SoakEndpoint.All.Count)];
        var provider = SoakModels.Providers[random.Next(SoakModels.Providers.Count)];
        var kind = random.Next(100);
        var ask = kind switch
        {
            < 30 => new Question(endpoint, Model("fast"), true, Manner.Reads),
            < 45 => new Question(endpoint, Model("slow"), true, Manner.Reads),
            < 60 => new Question(endpoint, Model("fast"), false, Manner.Reads),
            < 68 => new Question(endpoint, Model("slow"), true, Manner.Leaves),
            < 71 => new Question(endpoint, Model("stall"), true, Manner.Leaves),
            < 75 => new Question(endpoint, Model("long"), true, Manner.ReadsSlowly),
            < 80 => new Question(endpoint, Model("error"), true, Manner.Reads),
            < 85 => new Question(endpoint, Model("cut"), true, Manner.Reads),
            < 87 => new Question(endpoint, Model("stall"), true, Manner.Reads),
            < 90 => new Question(endpoint, Model("busy"), random.Next(2) == 0, Manner.Reads),
            < 94 => new Question(endpoint, Model("broken"), random.Next(2) == 0, Manner.Reads),
            _ => new Question(endpoint, null, false, Manner.Reads),
        };
        counts.AddOrUpdate(ask.Kind, 1, (_, count) => count + 1);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        try
        {
            await AskAsync(ask, provider, random, patience.Token);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or HttpIOException)
        {
            // In some dialects a closed connection is the only way to report a failure in the middle.
            if (ask.Model is null or { IsGood: true })
                Surprise(ask, provider, error.Message);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            Surprise(ask, provider, "took more than a minute");
        }

        SoakModel Model(string name) => SoakModels.All.First(model => model.Name == name);
    }

    private async Task AskAsync(Question ask, string provider, Random random, CancellationToken cancellation)
    {
        var body = ask.Model is { } model
            ? ask.Endpoint.Request($"{model.Name}-{provider}", ask.Streams, Interlocked.Increment(ref numbers), isLong: random.Next(20) == 0)
            : SoakEndpoint.BadRequest(random.Next());
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, ask.Endpoint.Path)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = Json;
        request.Headers.Add("anthropic-version", "2023-06-01");
        using var response = await http.SendAsync(request, cancellation);
        using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var status = (int)response.StatusCode;
        if (ask.Manner != Manner.Reads && status == 200)
        {
            await ReadPartAsync(stream, ask.Manner, random, cancellation);
            return;
        }

        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = await reader.ReadToEndAsync(cancellation);
        if (WhatIsWrong(ask, status, text) is { } wrong)
            Surprise(ask, provider, wrong);
    }

    private static string? WhatIsWrong(Question ask, int status, string text)
    {
        if (ask.Model is null)
            return status is >= 400 and < 500 ? null : $"a bad request got status {status}";
        var isWhole = status == 200 && (!ask.Streams || text.AsSpan(Math.Max(0, text.Length - 4000)).Contains(ask.Endpoint.EndMark, StringComparison.Ordinal));
        if (ask.Model.IsGood)
            return isWhole ? null : status == 200 ? "the stream has no end" : $"status {status}: {text[..Math.Min(200, text.Length)]}";
        return isWhole ? "an upstream's failure looks like a good end" : null;
    }

    private static async Task ReadPartAsync(Stream stream, Manner manner, Random random, CancellationToken cancellation)
    {
        var buffer = new byte[manner == Manner.Leaves ? 4096 : 512];
        var reads = manner == Manner.Leaves ? random.Next(1, 20) : 100;
        for (var read = 0; read < reads; read++)
        {
            if (await stream.ReadAsync(buffer, cancellation) == 0)
                return;
            if (manner == Manner.ReadsSlowly)
                await Task.Delay(TimeSpan.FromMilliseconds(50), cancellation);
        }
    }

    private void Surprise(Question ask, string provider, string what)
    {
        if (surprises.Count < KeptSurprises)
            surprises.AddOrUpdate($"{ask.Endpoint.Path}, {ask.Kind}, {provider}: {what}", 1, (_, count) => count + 1);
        else
            surprises.AddOrUpdate("others", 1, (_, count) => count + 1);
    }

    private enum Manner
    {
        Reads,
        ReadsSlowly,
        Leaves,
    }

    /// <param name="Endpoint">The endpoint.</param>
    /// <param name="Model">The model. Null for a bad request.</param>
    /// <param name="Streams">Whether to stream the answer.</param>
    /// <param name="Manner">The client's behavior.</param>
    private sealed record Question(SoakEndpoint Endpoint, SoakModel? Model, bool Streams, Manner Manner)
    {
        public string Kind => (Model, Manner) switch
        {
            (null, _) => "bad request",
            (_, Manner.Leaves) => $"client leaves, {Model.Name}",
            (_, Manner.ReadsSlowly) => "client reads slowly",
            _ => $"{(Streams ? "stream" : "whole answer")}, {Model.Name}",
        };
    }
}
