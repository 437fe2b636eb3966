namespace Dragoman.Emulator.Api;

/// <summary>Checks API keys. Any key is accepted except an empty one and the one that stands for a wrong key, until a test names the <see cref="AcceptedKeys"/>.</summary>
internal static class ApiKey
{
    /// <summary>The key that every dialect rejects.</summary>
    public const string Wrong = "refuse";

    private const string Scheme = "Bearer ";

    /// <summary>Whether the dialects reject a key.</summary>
    public static bool IsWrong(HttpRequest request, string key) => key == Wrong || request.HttpContext.Features.Get<AcceptedKeys>()?.Accepts(key) == false;

    /// <summary>The bearer token. Empty when there is none.</summary>
    public static string Bearer(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization[Scheme.Length..].Trim() : "";
    }
}
