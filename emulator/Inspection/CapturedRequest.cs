using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Dragoman.Emulator.Inspection;

/// <summary>What the emulator remembers of a request, for a test to look at. It never holds a credential.</summary>
internal sealed class CapturedRequest
{
    /// <summary>Bytes of a body that are kept.</summary>
    public const int LongestBody = 256 * 1024;

    // Shorter values are found in texts that have nothing to do with them.
    private const int ShortestSecret = 12;

    private const string Redacted = "[redacted]";

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly string _method;
    private readonly string _path;
    private readonly string _query;
    private readonly KeyValuePair<string, string>[] _headers;
    private readonly string? _secret;
    private readonly DateTimeOffset _receivedAt;
    private byte[] _body = [];
    private int _bodyLength;
    private bool _bodyIsJson;
    private bool _isOver;
    private bool _wasCut;
    private int? _status;
    private DateTimeOffset? _disconnectedAt;
    private long _tokens;

    public CapturedRequest(HttpRequest request, TimeProvider time)
    {
        _time = time;
        _receivedAt = time.GetUtcNow();
        _method = request.Method;
        var authorization = request.Headers.Authorization.ToString();
        var space = authorization.IndexOf(' ');
        var secret = authorization[(space + 1)..].Trim();
        _secret = secret.Length >= ShortestSecret ? secret : null;
        _path = WithoutSecret(request.Path.Value ?? "");
        _query = WithoutSecret(request.QueryString.Value ?? "");
        _headers =
        [
            .. request.Headers.Where(header => !IsCredential(header.Key))
                .Select(header => KeyValuePair.Create(header.Key, WithoutSecret(header.Value.ToString()))),
        ];
    }

    /// <summary>Bytes this takes in memory, roughly.</summary>
    public long Size { get; private set; } = 1024;

    public void SetBody(ReadOnlySpan<byte> body, bool isJson)
    {
        var kept = body.Length <= LongestBody ? body : body[..LongestBody];
        _bodyLength = body.Length;
        _bodyIsJson = isJson && kept.Length == body.Length;
        _body = kept.ToArray();
        if (_secret is not null && kept.IndexOf(Encoding.UTF8.GetBytes(_secret)) >= 0)
        {
            _body = Encoding.UTF8.GetBytes(WithoutSecret(Encoding.UTF8.GetString(kept)));
        }

        Size += _body.Length;
    }

    public void CountTokens(long tokens) => Volatile.Write(ref _tokens, tokens);

    /// <summary>The emulator itself cuts the connection.</summary>
    public void Cut()
    {
        lock (_lock)
            _wasCut = true;
    }

    public void Complete(int status)
    {
        lock (_lock)
        {
            _status = status;
            _isOver = true;
        }
    }

    /// <summary>The connection is gone; it counts when the answer was not complete.</summary>
    public void ConnectionClosed()
    {
        lock (_lock)
        {
            if (!_isOver && !_wasCut)
                _disconnectedAt ??= _time.GetUtcNow();
        }
    }

    public void Write(Utf8JsonWriter json)
    {
        lock (_lock)
        {
            json.WriteStartObject();
            json.WriteString("time"u8, _receivedAt);
            json.WriteString("method"u8, _method);
            json.WriteString("path"u8, _path);
            json.WriteString("query"u8, _query);
            json.WriteStartObject("headers"u8);
            foreach (var (name, value) in _headers)
                json.WriteString(name.ToLowerInvariant(), value);
            json.WriteEndObject();
            json.WritePropertyName("body"u8);
            WriteBody(json);
            json.WriteNumber("body_bytes"u8, _bodyLength);
            json.WriteBoolean("body_truncated"u8, _bodyLength > LongestBody);
            if (_status is { } status)
                json.WriteNumber("status"u8, status);
            else
                json.WriteNull("status"u8);
            json.WriteBoolean("completed"u8, _isOver && !_wasCut && _disconnectedAt is null);
            json.WriteNumber("tokens"u8, Volatile.Read(ref _tokens));
            json.WriteBoolean("disconnected"u8, _disconnectedAt is not null);
            if (_disconnectedAt is { } left)
                json.WriteString("disconnected_at"u8, left);
            else
                json.WriteNull("disconnected_at"u8);
            json.WriteEndObject();
        }
    }

    private void WriteBody(Utf8JsonWriter json)
    {
        if (_body.Length == 0)
            json.WriteNullValue();
        else if (_bodyIsJson)
            json.WriteRawValue(_body, skipInputValidation: true);
        else
            json.WriteStringValue(Utf8.IsValid(_body) ? _body : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(_body)));
    }

    private string WithoutSecret(string text) =>
        _secret is null ? text : text.Replace(_secret, Redacted, StringComparison.Ordinal);

    private static bool IsCredential(string header) =>
        header.Contains("authorization", StringComparison.OrdinalIgnoreCase)
        || header.Contains("cookie", StringComparison.OrdinalIgnoreCase)
        || header.Contains("api-key", StringComparison.OrdinalIgnoreCase)
        || header.Contains("apikey", StringComparison.OrdinalIgnoreCase)
        || header.Contains("secret", StringComparison.OrdinalIgnoreCase)
        || header.Contains("token", StringComparison.OrdinalIgnoreCase)
        || header.Contains("subscription-key", StringComparison.OrdinalIgnoreCase);
}
