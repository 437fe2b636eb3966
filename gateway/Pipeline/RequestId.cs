using Microsoft.AspNetCore.Http;

namespace Dragoman.Pipeline;

/// <summary>The id that identifies a request in headers, answers and logs.</summary>
public static class RequestId
{
    public const string Header = "X-Request-Id";

    private const int Longest = 128;

    /// <summary>Returns the id that the client or nginx sent, if it is harmless; a new one otherwise.</summary>
    public static string Of(HttpRequest request)
    {
        var given = request.Headers[Header].ToString();
        return IsHarmless(given) ? given : Guid.NewGuid().ToString("n");
    }

    private static bool IsHarmless(string id) =>
        id.Length is > 0 and <= Longest && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');
}
