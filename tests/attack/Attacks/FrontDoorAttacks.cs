using Dragoman.Attack.Tools;
using Dragoman.Functional.Tests.Harness;

namespace Dragoman.Attack.Attacks;

/// <summary>What nginx forwards, what it rejects, and how.</summary>
internal static class FrontDoorAttacks
{
    public static readonly IReadOnlyList<Attack> All =
    [
        new("bare-refusals", "front door", "21", "every refusal through nginx has a body in the caller's dialect", BareRefusalsAsync) { IsFast = true },
        new("odd-requests-at-the-processes", "front door", "21", "a chunk size beyond 64 bits is 400, CONNECT is 405, nothing is 500", OddRequestsAsync) { IsFast = true },
        new("internal-headers", "front door", "C", "headers that only nginx may set do not come from a client", InternalHeadersAsync) { IsFast = true },
        new("internal-locations", "front door", "D", "named and internal locations and dot segments lead nowhere", InternalLocationsAsync) { IsFast = true },
    ];

    private static async Task BareRefusalsAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        var many = (int count) => string.Concat(Enumerable.Range(0, count).Select(each => $"X-Filler-{each}: 1\r\n"));
        (string Name, string Line, string Headers)[] requests =
        [
            ("101 headers", "POST PATH HTTP/1.1", many(101)), ("150 headers", "POST PATH HTTP/1.1", many(150)), ("1,000 headers", "POST PATH HTTP/1.1", many(1000)),
            ("an address of 9,000 bytes", $"POST PATH?{new string('q', 9000)} HTTP/1.1", ""), ("an address of 14,000 bytes", $"POST PATH?{new string('q', 14_000)} HTTP/1.1", ""), ("an address of 40,000 bytes", $"POST PATH?{new string('q', 40_000)} HTTP/1.1", ""),
            ("a header of 15,000 bytes", "POST PATH HTTP/1.1", $"X-Large: {new string('x', 15_000)}\r\n"), ("a header of 40,000 bytes", "POST PATH HTTP/1.1", $"X-Large: {new string('x', 40_000)}\r\n"),
            ("31 KB of headers", "POST PATH HTTP/1.1", string.Concat(Enumerable.Range(0, 31).Select(each => $"X-Filler-{each}: {new string('x', 980)}\r\n"))),
            ("34 KB of headers", "POST PATH HTTP/1.1", string.Concat(Enumerable.Range(0, 34).Select(each => $"X-Filler-{each}: {new string('x', 980)}\r\n"))),
        ];
        foreach (var path in (string[])["/api/chat", "/v1/chat/completions", "/v1/messages", "/api/embed", "/v1/embeddings"])
        {
            foreach (var (name, line, headers) in requests)
            {
                var received = await Wire.SendAsync(field.Door.Address, $"{line.Replace("PATH", path, StringComparison.Ordinal)}\r\nHost: {field.Door.Address.Authority}\r\nConnection: close\r\nContent-Length: 2\r\n{headers}\r\n{{}}");
                var (status, body) = (Wire.StatusOf(received), Wire.BodyOf(received));
                tally.Expect(status is >= 400 and < 500 && body.Contains("\"error\"", StringComparison.Ordinal), $"{name} at {path} is {status} with the body '{body}'");
            }
        }
    }

    private static async Task OddRequestsAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        foreach (var (name, address) in field.Ways)
        {
            foreach (var size in (string[])["ffffffffffffffffff", "10000000000000000", "8000000000000000", "7fffffffffffffff", "ffffffff", "g", "-1", ""])
            {
                var received = await Wire.SendAsync(address, $"POST /v1/chat/completions HTTP/1.1\r\nHost: {address.Authority}\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\nx\r\n", within: TimeSpan.FromSeconds(1));
                // nginx may wait for the bytes of a size that is possible.
                tally.Expect(Wire.StatusOf(received) is (>= 400 and < 500) or 0, $"a chunk of '{size}' at {name} is {received.Split('\r')[0]}");
                tally.Expect(Wire.StatusOf(received) is not 0 || size is "7fffffffffffffff" or "ffffffff", $"a chunk of '{size}' at {name} is not answered");
            }

            foreach (var request in (string[])["CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n", $"CONNECT / HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n"])
            {
                var status = Wire.StatusOf(await Wire.SendAsync(address, request));
                tally.Expect(status is 405 or 400, $"{request.Split('\r')[0]} at {name} is {status}");
            }

            foreach (var line in (string[])["GET http://evil.example/api/tags HTTP/1.1", "GET /api/tags HTTP/3.0", "GET  /api/tags HTTP/1.1", "G\0T / HTTP/1.1", "PRI * HTTP/2.0", "OPTIONS * HTTP/1.1", "TRACE /api/tags HTTP/1.1", "GET /%00 HTTP/1.1", "GET /api/%ff%fe HTTP/1.1"])
            {
                var status = Wire.StatusOf(await Wire.SendAsync(address, $"{line}\r\nHost: {address.Authority}\r\nConnection: close\r\n\r\n"));
                tally.Expect(status is 0 or (>= 200 and < 500) or 501 or 505, $"{line} at {name} is {status}");
            }
        }

        tally.Expect(!(field.Sidecar.Log + field.Functions.Log).Contains("   at ", StringComparison.Ordinal), "a stack trace is in a log");
    }

    private static async Task InternalHeadersAsync(AttackContext context, Tally tally)
    {
        await using var sidecar = await RecordingUpstream.StartAsync("sidecar");
        await using var functions = await RecordingUpstream.StartAsync("functions");
        await using var door = await NginxFrontDoor.StartAsync(sidecar.Authority, functions.Authority);
        string[] names =
        [
            "X-Dragoman-Functions", "X-Dragoman-Next-Sidecar", "X-Accel-Redirect", "X-Accel-Buffering", "X-Accel-Expires", "X-Accel-Limit-Rate", "X-Accel-Charset", "X-Ms-Invocation-Id", "X-Azure-Functions-InvocationId",
            "X-Azure-Functions-HostVersion", "X-Functions-Key", "Forwarded", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Proxy", "HTTP2-Settings", "X_Dragoman_Functions", "X_Request_Id", "Transfer_Encoding",
        ];
        foreach (var path in (string[])["/api/chat", "/api/tags", "/v1/responses", "/v1/embeddings"])
        {
            foreach (var name in names)
            {
                foreach (var spelling in (string[])[name, name.ToLowerInvariant()])
                    await Wire.SendAsync(door.Address, $"GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{spelling}: FORGED\r\n\r\n");
            }
        }

        foreach (var (process, request) in sidecar.Requests.Select(request => ("sidecar", request)).Concat(functions.Requests.Select(request => ("functions", request))))
        {
            var forged = request.Headers.Where(header => header.Value.Contains("FORGED", StringComparison.Ordinal)).Select(header => header.Key)
                // The sidecar does not read this header, and the functions get nginx's own value.
                .Where(name => process == "functions" || !name.Equals("X-Functions-Key", StringComparison.OrdinalIgnoreCase)).ToList();
            tally.Expect(forged.Count == 0, $"{string.Join(", ", forged)} came through to the {process} at {request.RawTarget}");
        }
    }

    private static async Task InternalLocationsAsync(AttackContext context, Tally tally)
    {
        var field = await context.SharedAsync();
        foreach (var path in (string[])[
            "/@functions", "/@websocket", "/@sidecar_1", "/.dragoman/error", "/.dragoman/", "/api/../.dragoman/error", "/api/%2e%2e/.dragoman/error", "//.dragoman/error", "/.dragoman%2ferror", "/..", "/../", "/../../etc/passwd",
            "/api/chat/../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/api/..;/tags", "/api\\..\\..\\etc", "/nginx.conf", "/client-body/", "/.git/HEAD", "/favicon.ico"])
        {
            var received = await Wire.SendAsync(field.Door.Address, $"GET {path} HTTP/1.1\r\nHost: {field.Door.Address.Authority}\r\nConnection: close\r\n\r\n");
            tally.Expect(Wire.StatusOf(received) is 400 or 403 or 404 && !received.Contains("root:", StringComparison.Ordinal), $"{path} is {received.Split('\r')[0]}");
        }
    }
}
