namespace Dragoman.Emulator.Generation;

/// <summary>Shortens a text that the emulator quotes.</summary>
internal static class Quotation
{
    /// <param name="text">Any text.</param>
    /// <param name="longest">The length limit in UTF-16 units. A longer text is cut between characters and ends with an ellipsis.</param>
    public static string Of(string text, int longest)
    {
        if (text.Length <= longest)
            return text;
        return text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)] + "…";
    }
}
