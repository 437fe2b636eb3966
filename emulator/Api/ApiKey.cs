namespace Dragoman.Emulator.Api;

/// <summary>What the emulator thinks of a key: any will do, except none and the one that means a wrong one.</summary>
internal static class ApiKey
{
    /// <summary>The key that every dialect refuses.</summary>
    public const string Wrong = "refuse";

    private const string Scheme = "Bearer ";

    /// <summary>The bearer value; empty when there is none.</summary>
    public static string Bearer(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization[Scheme.Length..].Trim() : "";
    }
}
