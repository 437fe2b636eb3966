using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Dragoman.Emulator.Completions;

namespace Dragoman.Emulator.Inspection;

/// <summary>The captured copy of a request, for tests to inspect. It never holds a credential.</summary>
internal sealed class CapturedRequest
{
    /// <summary>The most bytes of a body that are kept.</summary>
    public const int LongestBody = 256 * 1024;

    // Shorter values also occur by chance in unrelated text.
    private const int ShortestSecret = 12;

    private const string Redacted = "[redacted]";
    private const string KeyParameter = "key";

    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly string method;
    private readonly string path;
    private readonly string query;
    private readonly KeyValuePair<string, string>[] headers;
    private readonly string[] secrets;
    private readonly DateTimeOffset receivedAt;
    private byte[] body = [];
    private int bodyLength;
    private bool bodyIsJson;
    private bool isOver;
    private bool wasCut;
    private int? status;
    private DateTimeOffset? disconnectedAt;
    private long tokens;
    private Usage? usage;

    public CapturedRequest(HttpRequest request, TimeProvider time)
    {
        this.time = time;
        receivedAt = time.GetUtcNow();
        method = request.Method;
        secrets = [.. Credentials(request).Where(secret => secret.Length >= ShortestSecret).Distinct()];
        path = WithoutSecret(request.Path.Value ?? "");
        query = WithoutSecret(WithoutKey(request));
        headers =
        [
            .. request.Headers.Where(header => !IsCredential(header.Key))
                .Select(header => KeyValuePair.Create(header.Key, WithoutSecret(header.Value.ToString()))),
        ];
    }

    /// <summary>The approximate memory in bytes.</summary>
    public long Size { get; private set; } = 1024;

    public void SetBody(ReadOnlySpan<byte> body, bool isJson)
    {
        var kept = body.Length <= LongestBody ? body : body[..LongestBody];
        bodyLength = body.Length;
        bodyIsJson = isJson && kept.Length == body.Length;
        this.body = kept.ToArray();
        foreach (var secret in secrets)
        {
            if (kept.IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0)
            {
                this.body = Encoding.UTF8.GetBytes(WithoutSecret(Encoding.UTF8.GetString(kept)));
                break;
            }
        }

        Size += this.body.Length;
    }

    /// <summary>Records the tokens of everything that was sent so far, or is about to be.</summary>
    public void CountTokens(long tokens) => Volatile.Write(ref this.tokens, tokens);

    /// <summary>Records the usage that the end of the answer reports.</summary>
    public void Report(Usage usage)
    {
        lock (gate)
            this.usage = usage;
    }

    /// <summary>Records that the emulator itself cuts the connection.</summary>
    public void Cut()
    {
        lock (gate)
            wasCut = true;
    }

    public void Complete(int status)
    {
        lock (gate)
        {
            this.status = status;
            isOver = true;
        }
    }

    /// <summary>Records that the connection was closed, if the answer was not complete.</summary>
    public void ConnectionClosed()
    {
        lock (gate)
        {
            if (!isOver && !wasCut)
                disconnectedAt ??= this.time.GetUtcNow();
        }
    }

    public void Write(Utf8JsonWriter json)
    {
        lock (gate)
        {
            json.WriteStartObject();
            json.WriteString("time"u8, receivedAt);
            json.WriteString("method"u8, method);
            json.WriteString("path"u8, path);
            json.WriteString("query"u8, query);
            json.WriteStartObject("headers"u8);
            foreach (var (name, value) in headers)
                json.WriteString(name.ToLowerInvariant(), value);
            json.WriteEndObject();
            json.WritePropertyName("body"u8);
            WriteBody(json);
            json.WriteNumber("body_bytes"u8, bodyLength);
            json.WriteBoolean("body_truncated"u8, bodyLength > LongestBody);
            if (this.status is { } status)
                json.WriteNumber("status"u8, status);
            else
                json.WriteNull("status"u8);
            json.WriteBoolean("completed"u8, isOver && !wasCut && disconnectedAt is null);
            json.WriteNumber("tokens"u8, Volatile.Read(ref this.tokens));
            WriteUsage(json);
            json.WriteBoolean("disconnected"u8, disconnectedAt is not null);
            if (disconnectedAt is { } left)
                json.WriteString("disconnected_at"u8, left);
            else
                json.WriteNull("disconnected_at"u8);
            json.WriteEndObject();
        }
    }

    private void WriteUsage(Utf8JsonWriter json)
    {
        if (this.usage is not { } usage)
        {
            json.WriteNull("usage"u8);
            return;
        }

        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, usage.PromptTokens);
        json.WriteNumber("completion_tokens"u8, usage.CompletionTokens);
        json.WriteEndObject();
    }

    private void WriteBody(Utf8JsonWriter json)
    {
        if (this.body.Length == 0)
            json.WriteNullValue();
        else if (bodyIsJson)
            json.WriteRawValue(this.body, skipInputValidation: true);
        else
            json.WriteStringValue(Utf8.IsValid(this.body) ? this.body : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(this.body)));
    }

    private string WithoutSecret(string text) =>
        secrets.Aggregate(text, static (text, secret) => text.Replace(secret, Redacted, StringComparison.Ordinal));

    /// <summary>The values of credential headers and of Gemini's <c>?key=</c>.</summary>
    private static IEnumerable<string> Credentials(HttpRequest request)
    {
        foreach (var header in request.Headers.Where(header => IsCredential(header.Key)))
        {
            var value = header.Value.ToString();
            yield return value[(value.IndexOf(' ') + 1)..].Trim();
        }

        yield return request.Query[KeyParameter].ToString();
    }

    private static string WithoutKey(HttpRequest request)
    {
        var query = request.QueryString.Value ?? "";
        if (!request.Query.ContainsKey(KeyParameter))
            return query;
        var parts = query.TrimStart('?').Split('&').Select(part => part.StartsWith(KeyParameter + "=", StringComparison.Ordinal) ? $"{KeyParameter}={Redacted}" : part);
        return "?" + string.Join('&', parts);
    }

    private static bool IsCredential(string header) =>
        header.Contains("authorization", StringComparison.OrdinalIgnoreCase)
        || header.Contains("cookie", StringComparison.OrdinalIgnoreCase)
        || header.Contains("api-key", StringComparison.OrdinalIgnoreCase)
        || header.Contains("apikey", StringComparison.OrdinalIgnoreCase)
        || header.Contains("secret", StringComparison.OrdinalIgnoreCase)
        || header.Contains("token", StringComparison.OrdinalIgnoreCase)
        || header.Contains("subscription-key", StringComparison.OrdinalIgnoreCase);
}
