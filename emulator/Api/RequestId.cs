namespace Dragoman.Emulator.Api;

/// <summary><c>X-Request-Id</c>: the client's own id if it is usable, else a new one.</summary>
internal static class RequestId
{
    private const string Header = "X-Request-Id";
    private const int LongestLength = 128;

    public static void Set(HttpContext context)
    {
        var given = context.Request.Headers[Header].ToString();
        context.Response.Headers[Header] = IsUsable(given) ? given : Guid.NewGuid().ToString();
    }

    private static bool IsUsable(string id) =>
        id.Length is > 0 and <= LongestLength && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');
}
