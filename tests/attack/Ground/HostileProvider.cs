using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Dragoman.Attack.Ground;

/// <summary>A call as the provider received it.</summary>
internal sealed record ProviderCall(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The credential of the call. Empty when there was none.</summary>
    public string Key => Header("authorization")?.Replace("Bearer ", "", StringComparison.Ordinal)
        ?? Header("x-api-key") ?? Header("api-key") ?? Header("x-goog-api-key") ?? "";

    public string? Header(string name) => Headers.GetValueOrDefault(name.ToLowerInvariant());
}

/// <summary>
/// A provider of all dialects that does what the model's name <c>fk-BEHAVIOR</c> asks for: it reveals its caller's key,
/// sends odd headers, stalls or never ends. It uses plain sockets, because no HTTP server would send what it sends.
/// </summary>
internal sealed partial class HostileProvider : IDisposable
{
    private const int LargestHead = 1024 * 1024;

    private readonly SocketServer server;
    private readonly ConcurrentQueue<ProviderCall> calls = new();

    public HostileProvider()
    {
        server = new SocketServer(IPAddress.Loopback, 0, ServeAsync);
        Address = new Uri($"http://{server.Endpoint}");
    }

    public Uri Address { get; }

    /// <summary>The calls since <see cref="Forget"/>, including those for model lists.</summary>
    public IReadOnlyCollection<ProviderCall> Calls => calls;

    /// <summary>The target of redirects.</summary>
    public Uri? RedirectsTo { get; set; }

    /// <summary>The text of a good answer.</summary>
    public string Text { get; set; } = "Good day";

    public void Forget() => calls.Clear();

    public void Dispose() => server.Dispose();

    private async Task ServeAsync(TcpClient client, CancellationToken stop)
    {
        using var held = client;
        client.NoDelay = true;
        try
        {
            var connection = new ProviderConnection(client.GetStream(), stop);
            while (await ReadCallAsync(connection) is { } call)
            {
                calls.Enqueue(call);
                await AnswerAsync(connection, call);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or SocketException or ObjectDisposedException or InvalidDataException)
        {
            // The gateway has disconnected, or this object is being disposed.
        }
    }

    private static async Task<ProviderCall?> ReadCallAsync(ProviderConnection connection)
    {
        if (await connection.ReadHeadAsync(LargestHead) is not { } head)
            return null;
        var lines = head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var start = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2)
            .GroupBy(pair => pair[0].ToLowerInvariant()).ToDictionary(group => group.Key, group => string.Join(", ", group.Select(pair => pair[1].Trim())));
        var body = headers.TryGetValue("content-length", out var length) ? await connection.ReadAsync(int.Parse(length))
            : headers.GetValueOrDefault("transfer-encoding") == "chunked" ? await connection.ReadChunksAsync() : "";
        return new ProviderCall(start[0], start[1], headers, body);
    }

    private async Task AnswerAsync(ProviderConnection connection, ProviderCall call)
    {
        var shape = ProviderAnswers.ShapeOf(call.Method, call.Target);
        var streams = call.Target.Contains("stream", StringComparison.OrdinalIgnoreCase) || Streams().IsMatch(call.Body);
        var behavior = BehaviorOf(call);
        var number = int.TryParse(behavior.Split('-')[^1], out var parsed) ? parsed : 0;
        switch (behavior.Split('-')[0])
        {
            case "status":
                await connection.WholeAsync(number, ProviderAnswers.Error(shape, number, $"Permission denied: Consumer 'api_key:{call.Key}' has been suspended. Bearer {call.Key}"));
                break;
            case "plain":
                await connection.WholeAsync(number, $"upstream said: your key {call.Key} is not known", "text/plain");
                break;
            case "keystream" when streams:
                await connection.StreamAsync([ProviderAnswers.Stream(shape, Text)[0], ProviderAnswers.ErrorEvent(shape, $"quota of api_key:{call.Key} is used up")]);
                break;
            case "keytext":
                await connection.GoodAsync(shape, streams, $"Good day, {call.Key}");
                break;
            case "keyid":
                await connection.GoodAsync(shape, streams, Text, $"x-request-id: {call.Key}", $"request-id: {call.Key}", $"apim-request-id: {call.Key}", $"mistral-correlation-id: {call.Key}", $"x-ratelimit-limit-requests: {call.Key}");
                break;
            case "id":
                var id = behavior switch { "id-high" => "r\u00e9q\u00ff", "id-control" => "r\u0001q\u007f", "id-escape" => "r\u001b]0;x\u0007", _ => new string('r', 9000) };
                await connection.GoodAsync(shape, streams, Text, $"x-request-id: {id}", $"request-id: {id}", $"apim-request-id: {id}", $"mistral-correlation-id: {id}");
                break;
            case "redirect":
                await connection.WholeAsync(number, "{}", "application/json", $"Location: {RedirectsTo}");
                break;
            case "headers":
                await connection.GoodAsync(shape, streams, Text, "Set-Cookie: stolen=1", "X-Accel-Redirect: /.dragoman/error", "X-Accel-Redirect: @functions", "Location: http://127.0.0.66/", "Refresh: 0; url=http://127.0.0.66/", "Access-Control-Allow-Origin: *");
                break;
            case "manyheaders":
                await connection.GoodAsync(shape, streams, Text, [.. Enumerable.Range(0, 2000).Select(each => $"x-filler-{each}: {new string('x', 1000)}")]);
                break;
            case "gzip":
                await connection.WholeAsync(200, Compressed(ProviderAnswers.Whole(shape, Text)), "application/json", "Content-Encoding: gzip");
                break;
            case "interim":
                await connection.WriteAsync(string.Concat(Enumerable.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 20_000)));
                await connection.GoodAsync(shape, streams, Text);
                break;
            case "silent":
                await connection.WaitAsync();
                break;
            case "dribble":
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
                await connection.DribbleAsync(string.Concat(ProviderAnswers.Stream(shape, Text)));
                break;
            case "dribblehead":
                await connection.DribbleAsync("HTTP/1.1 200 OK\r\nX-Slow: yes\r\nContent-Type: application/json\r\n\r\n");
                break;
            case "line":
                await connection.StreamAsync([ProviderAnswers.Stream(shape, Text)[0]], endless: true);
                break;
            case "endless":
                await connection.RepeatAsync(ProviderAnswers.Stream(shape, new string('x', 64 * 1024)), megabytes: 80);
                break;
            case "pace":
                await connection.PaceAsync(ProviderAnswers.Stream(shape, "x"), number);
                break;
            case "html":
                await connection.WholeAsync(200, "<html><body>Maintenance</body></html>", "text/html");
                break;
            case "empty":
                await connection.WholeAsync(200, "");
                break;
            case "badutf":
                await connection.WholeAsync(200, ProviderAnswers.Whole(shape, "\u00ff\u00fe").Replace("\\u00FF", "\u00ff", StringComparison.OrdinalIgnoreCase));
                break;
            case "cut":
                var whole = streams ? string.Concat(ProviderAnswers.Stream(shape, Text)) : ProviderAnswers.Whole(shape, Text);
                await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: {(streams ? "text/event-stream" : "application/json")}\r\nContent-Length: {whole.Length}\r\n\r\n{whole[..(whole.Length / 2)]}");
                connection.Close();
                break;
            case "close":
                connection.Close();
                break;
            case "weird":
                await connection.WriteAsync($"HTTP/1.1 {number} Odd\r\nContent-Length: 2\r\n\r\n{{}}");
                break;
            case "nothttp":
                await connection.WriteAsync("SSH-2.0-OpenSSH_9.2\r\n");
                connection.Close();
                break;
            case "thought":
                await connection.WholeAsync(200, ProviderAnswers.Thought("toolu_1", "SIGNATURE-OF-A"));
                break;
            case "emptyjson":
                await connection.GoodAsync(shape, streams, "{}");
                break;
            case "manykeys":
                await connection.GoodAsync(shape, streams, $"{{{string.Join(",", Enumerable.Range(0, number).Select(each => $"\"k{each}\":{each}"))}}}");
                break;
            default:
                await connection.GoodAsync(shape, streams, Text);
                break;
        }
    }

    private static string Compressed(string text)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return Encoding.Latin1.GetString(output.ToArray());
    }

    /// <summary>The behavior for a call: after <c>fk-</c> in the model's name, or after <c>list-</c> in the base path for a model list.</summary>
    private static string BehaviorOf(ProviderCall call)
    {
        if (call.Method == "GET")
            return ListBehavior().Match(call.Target) is { Success: true } list ? list.Groups[1].Value : "ok";
        var match = Behavior().Match(Uri.UnescapeDataString(call.Target));
        if (!match.Success)
            match = Behavior().Match(ModelMember().Match(call.Body).Value);
        return match.Success ? match.Groups[1].Value : "ok";
    }

    [GeneratedRegex("fk-([a-z0-9-]+)")]
    private static partial Regex Behavior();

    [GeneratedRegex("/list-([a-z]+)/")]
    private static partial Regex ListBehavior();

    [GeneratedRegex("\"model\"\\s*:\\s*\"[^\"]*\"")]
    private static partial Regex ModelMember();

    [GeneratedRegex("\"stream\"\\s*:\\s*true")]
    private static partial Regex Streams();
}
