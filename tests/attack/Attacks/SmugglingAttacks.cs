using Dragoman.Attack.Tools;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Attack.Attacks;

/// <summary>No request can hide in another: nginx and the processes always agree on where a request ends.</summary>
internal static class SmugglingAttacks
{
    private const string Hidden = "GET /hidden HTTP/1.1\r\nHost: h\r\nX-Hidden: 1\r\n\r\n";

    public static readonly IReadOnlyList<Attack> All =
    [
        new("smuggling-through-nginx", "front door", "A", "an ambiguous request is refused or has one reading behind nginx", ThroughNginxAsync) { IsFast = true },
        new("smuggling-at-the-processes", "front door", "B", "an ambiguous request at sidecar or functions is refused or has one answer, never a 500", AtProcessesAsync) { IsFast = true },
    ];

    /// <summary>Headers and bodies of a POST. What is hidden in them must never be read as a request.</summary>
    private static readonly (string Name, string HeadersAndBody)[] Ambiguous =
    [
        ("Content-Length and Transfer-Encoding", $"Content-Length: {Hidden.Length + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Hidden}"),
        ("Transfer-Encoding and Content-Length", $"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{Hidden}"),
        ("two Content-Lengths", $"Content-Length: 0\r\nContent-Length: {Hidden.Length}\r\n\r\n{Hidden}"),
        ("two equal Content-Lengths", $"Content-Length: {Hidden.Length}\r\nContent-Length: {Hidden.Length}\r\n\r\n{Hidden}"),
        ("a list of Content-Lengths", $"Content-Length: 0, {Hidden.Length}\r\n\r\n{Hidden}"),
        ("a list of equal Content-Lengths", $"Content-Length: {Hidden.Length}, {Hidden.Length}\r\n\r\n{Hidden}"),
        ("a signed Content-Length", $"Content-Length: +{Hidden.Length}\r\n\r\n{Hidden}"),
        ("a negative Content-Length", $"Content-Length: -1\r\n\r\n{Hidden}"),
        ("a hexadecimal Content-Length", $"Content-Length: 0x{Hidden.Length:x}\r\n\r\n{Hidden}"),
        ("an endless Content-Length", $"Content-Length: 99999999999999999999\r\n\r\n{Hidden}"),
        ("a Content-Length with a fraction", $"Content-Length: {Hidden.Length}.0\r\n\r\n{Hidden}"),
        ("a Content-Length with a space within", $"Content-Length: 4 {Hidden.Length}\r\n\r\n{Hidden}"),
        ("an empty Content-Length", $"Content-Length:\r\n\r\n{Hidden}"),
        ("two Transfer-Encodings", $"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{Hidden}"),
        ("Transfer-Encoding twice", $"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Hidden}"),
        ("an obscured Transfer-Encoding", $"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{Hidden}"),
        ("a quoted Transfer-Encoding", $"Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n{Hidden}"),
        ("a list of Transfer-Encodings", $"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{Hidden}"),
        ("identity before chunked", $"Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n{Hidden}"),
        ("gzip before chunked", $"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n{Hidden}"),
        ("a space before the colon", $"Content-Length : {Hidden.Length}\r\n\r\n{Hidden}"),
        ("a space before the colon of Transfer-Encoding", $"Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n{Hidden}"),
        ("a tab before the colon", $"Transfer-Encoding\t: chunked\r\nContent-Length: 0\r\n\r\n{Hidden}"),
        ("a folded header", $"X-Folded: a\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Hidden}"),
        ("a folded value", $"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n{Hidden}"),
        ("a space in a name", $"X Bad: 1\r\n\r\n{Hidden}"),
        ("a space before a name", $" X-Bad: 1\r\n\r\n{Hidden}"),
        ("a NUL in a name", $"X\0Bad: 1\r\n\r\n{Hidden}"),
        ("a NUL in a value", $"X-Bad: a\0b\r\n\r\n{Hidden}"),
        ("a bare CR in a value", $"X-Bad: a\rTransfer-Encoding: chunked\r\n\r\n{Hidden}"),
        ("a bare CR before a name", $"X: 1\r\n\rContent-Length: 9\r\n\r\n{Hidden}"),
        ("no colon", $"Content-Length 5\r\n\r\n{Hidden}"),
        ("an empty name", $": 1\r\n\r\n{Hidden}"),
        ("a chunk size that is no number", $"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n{Hidden}"),
        ("a negative chunk size", $"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n{Hidden}"),
        ("a signed chunk size", $"Transfer-Encoding: chunked\r\n\r\n+5\r\nGET /\r\n0\r\n\r\n{Hidden}"),
        ("a chunk size with 0x", $"Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n{Hidden}"),
        ("an endless chunk size", $"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n\r\n{Hidden}"),
        ("a chunk size after a space", $"Transfer-Encoding: chunked\r\n\r\n 0\r\n\r\n{Hidden}"),
        ("a chunk with a bare LF", $"Transfer-Encoding: chunked\r\n\r\n0\n\n{Hidden}"),
        ("a chunk whose end is missing", $"Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}0\r\n\r\n{Hidden}"),
        ("an extension of a chunk with a LF", $"Transfer-Encoding: chunked\r\n\r\n0;\n\r\n\r\n{Hidden}"),
        ("a trailer with a length", $"Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n\r\n"),
        ("two Hosts", $"Host: other\r\nContent-Length: 0\r\n\r\n{Hidden}"),
        ("an upgrade to h2c", $"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: {Hidden.Length}\r\n\r\n{Hidden}"),
        ("an expectation", $"Expect: 100-continue\r\nContent-Length: {Hidden.Length}\r\n\r\n{Hidden}"),
        ("an unknown expectation", $"Expect: 200-ok\r\nContent-Length: {Hidden.Length}\r\n\r\n{Hidden}"),
    ];

    private static async Task ThroughNginxAsync(AttackContext context, Tally tally)
    {
        await using var sidecar = await RecordingUpstream.StartAsync("sidecar");
        await using var functions = await RecordingUpstream.StartAsync("functions");
        await using var door = await NginxFrontDoor.StartAsync(sidecar.Authority, functions.Authority);
        foreach (var (name, headersAndBody) in Ambiguous)
        {
            var received = await Wire.SendAsync(door.Address, $"POST /api/chat HTTP/1.1\r\nHost: h\r\n{headersAndBody}", within: TimeSpan.FromSeconds(1));
            tally.Expect(!IsAlwaysRefused(name) || Wire.StatusOf(received) is 400 or 501, $"{name} is {received.Split('\r')[0]}");
        }

        // nginx logs what it reads as a separate request, which is right for what follows a well-formed body. Any further request
        // that arrives behind nginx was hidden from it.
        await Task.Delay(200);
        var forwarded = (await door.AccessLogTextAsync()).Split('\n').Count(line => line.Contains("\"upstream_status\":\"2", StringComparison.Ordinal));
        var arrived = sidecar.Requests.Count + functions.Requests.Count;
        tally.Note($"{arrived} requests behind nginx, {forwarded} in its log");
        tally.Expect(arrived == forwarded, $"nginx sent {forwarded} requests on, and {arrived} arrived");
        foreach (var request in sidecar.Requests.Concat(functions.Requests))
        {
            tally.Expect(!request.Headers.ContainsKey("Transfer-Encoding"), "a Transfer-Encoding came through nginx");
            tally.Expect(request.Headers.GetValueOrDefault("Content-Length", "0").All(char.IsAsciiDigit), $"a Content-Length of {request.Headers.GetValueOrDefault("Content-Length")} came through nginx");
        }
    }

    private static bool IsAlwaysRefused(string name) =>
        name.Contains("Content-Length", StringComparison.Ordinal) || name.Contains("Transfer-Encoding", StringComparison.Ordinal) || name.Contains("NUL", StringComparison.Ordinal)
        || name is "a chunk size that is no number" or "a negative chunk size" or "an endless chunk size" or "two Hosts" or "a space in a name" or "a folded header";

    private static async Task AtProcessesAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        foreach (var (name, address) in ((string, Uri)[])[("sidecar", field.Sidecar.Address), ("functions", field.Functions.Address)])
        {
            await Parallel.ForEachAsync(Ambiguous, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (attempt, _) =>
            {
                var received = await Wire.SendAsync(address, $"POST /v1/chat/completions HTTP/1.1\r\nHost: {address.Authority}\r\n{attempt.HeadersAndBody}", within: TimeSpan.FromSeconds(2));
                tally.Expect(Wire.StatusOf(received) is 0 or (>= 100 and < 500) or 501, $"{attempt.Name} at {name} is {received.Split('\r')[0]}");
            });
        }

        tally.Expect(!(field.Sidecar.Log + field.Functions.Log).Contains("   at ", StringComparison.Ordinal), "a stack trace is in a log");
    }
}
