using System.Text.Json;

namespace Dragoman.Emulator.Api;

/// <summary>The API keys that every dialect accepts, so that a test can replace a key. All are accepted until a test names some.</summary>
internal sealed class AcceptedKeys
{
    private const int MostBytes = 64 * 1024;

    private static readonly Refusal Wrong = new(RefusalKind.InvalidJson, """The body must be {"keys": ["a", "b"]}, with the keys that are accepted.""");

    private volatile HashSet<string>? keys;

    /// <summary>Whether only some keys are accepted.</summary>
    public bool IsOn => keys is not null;

    public bool Accepts(string key) => keys is not { } some || some.Contains(key);

    public void Clear() => keys = null;

    /// <summary>Reads <c>{"keys": ["a", "b"]}</c>.</summary>
    /// <exception cref="RefusalException">The body is anything else.</exception>
    public async Task ReadAsync(HttpRequest request)
    {
        if (request.ContentLength is null or > MostBytes)
            throw new RefusalException(Wrong);
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            keys = [.. body.RootElement.GetProperty("keys").EnumerateArray().Select(key => key.GetString()!)];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new RefusalException(Wrong);
        }
    }
}
