namespace Dragoman.Emulator.Generation;

/// <summary>The beginning of a text, for the emulator to quote.</summary>
internal static class Quotation
{
    /// <param name="text">Any text.</param>
    /// <param name="longest">UTF-16 units; a longer text is cut there, between characters, and ends in an ellipsis.</param>
    public static string Of(string text, int longest)
    {
        if (text.Length <= longest)
            return text;
        return text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)] + "…";
    }
}
