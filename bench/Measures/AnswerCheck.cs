using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Dragoman.Bench.Load;

namespace Dragoman.Bench.Measures;

/// <summary>
/// Checks, before anything is measured, that every contender returns the upstream's text in its own dialect, whole and
/// streamed, to a new random question, and that it called the upstream in the dialect that it claims to use.
/// </summary>
internal static class AnswerCheck
{
    public static async Task RunAsync(IReadOnlyList<Contender> contenders, Uri emulator, CancellationToken cancellation)
    {
        using var log = new EmulatorLog(emulator);
        foreach (var contender in contenders)
        {
            var direct = contenders.First(other => other.Way.Kind == WayKind.Direct && other.Way.Wire == contender.Way.Wire);
            var whole = await CheckAsync(contender, direct, log, stream: false, cancellation);
            var other = await CheckAsync(contender, direct, log, stream: false, cancellation);
            Require(contender, whole != other, "gives one answer to two questions");
            await CheckAsync(contender, direct, log, stream: true, cancellation);
            if (!contender.Floods)
                continue;
            var expected = await TextAsync(direct, Workload.Flood, NewQuestion(), stream: true, cancellation);
            Require(contender, expected == await TextAsync(contender, Workload.Flood, NewQuestion(), stream: true, cancellation), "streams another text than the upstream");
        }
    }

    private static string NewQuestion() => $"What is {Guid.NewGuid()}?";

    /// <summary>Asks the contender, then sends the upstream itself the request that reached it.</summary>
    private static async Task<string> CheckAsync(Contender contender, Contender direct, EmulatorLog log, bool stream, CancellationToken cancellation)
    {
        var question = NewQuestion();
        var text = await TextAsync(contender, Workload.Small, question, stream, cancellation);
        var (path, body) = await log.RequestOfAsync(question, cancellation);
        Require(contender, path == direct.Dialect.Path, $"asks the upstream at {path} instead of {direct.Dialect.Path}");
        var again = await direct.ClientFor(Workload.Small).KeepAsync(body, cancellation);
        var expected = stream ? direct.Dialect.ReadStreamText(again) : direct.Dialect.ReadWhole(again, Workload.Small);
        Require(contender, text == expected, $"gives another text than the upstream, {(stream ? "streamed" : "whole")}");
        return text;
    }

    private static async Task<string> TextAsync(Contender contender, Workload workload, string question, bool stream, CancellationToken cancellation)
    {
        var body = contender.Dialect.Ask(workload, question, stream);
        try
        {
            var answer = await contender.ClientFor(workload).KeepAsync(body, cancellation);
            return stream ? contender.Dialect.ReadStreamText(answer) : contender.Dialect.ReadWhole(answer, workload);
        }
        catch (WrongAnswerException wrong)
        {
            throw new InvalidOperationException($"\"{contender.Name}\", {workload.UpstreamName}: {wrong.Message}", wrong);
        }
    }

    private static void Require(Contender contender, bool isRight, string otherwise)
    {
        if (!isRight)
            throw new InvalidOperationException($"\"{contender.Name}\" {otherwise}; nothing is measured");
    }

    /// <summary>The emulator's log of requests (<c>docs/emulator.md</c>).</summary>
    private sealed class EmulatorLog(Uri emulator) : IDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

        private readonly HttpClient http = new();
        private readonly Uri address = new(emulator, "/__emulator/requests");

        /// <summary>The answered request with this question. A rejected one may precede it.</summary>
        public async Task<(string Path, byte[] Body)> RequestOfAsync(string question, CancellationToken cancellation)
        {
            for (var began = Stopwatch.StartNew(); began.Elapsed < Patience; await Task.Delay(10, cancellation))
            {
                using var log = JsonDocument.Parse(await http.GetByteArrayAsync(address, cancellation));
                foreach (var request in log.RootElement.GetProperty("requests").EnumerateArray())
                {
                    if (request.GetProperty("status") is { ValueKind: JsonValueKind.Number } status && status.GetInt32() == 200
                        && request.TryGetProperty("body", out var body) && body.GetRawText().Contains(question, StringComparison.Ordinal))
                        return (request.GetProperty("path").GetString()!, Encoding.UTF8.GetBytes(body.GetRawText()));
                }
            }

            throw new InvalidOperationException("the upstream was not asked what was asked; nothing is measured");
        }

        public void Dispose() => http.Dispose();
    }
}
