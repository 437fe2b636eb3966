namespace Dragoman.Attack.Ground;

/// <summary>Unique credentials, so that one is recognized wherever it must not be.</summary>
internal static class Sentinel
{
    private const string Mark = "5f3a9c7e1b2d4068";

    public static string KeyOf(string provider) => $"KEYOF{provider}x{Mark}";

    public static bool IsIn(string text) => text.Contains(Mark, StringComparison.OrdinalIgnoreCase);
}
