using System.Text;

namespace Dragoman.Emulator.Requests;

/// <summary>A member's name as protocol buffers define it: <c>inlineData</c> is <c>inline_data</c>.</summary>
internal static class SnakeCase
{
    public static string Of(string camelCase)
    {
        var name = new StringBuilder(camelCase.Length + 4);
        foreach (var letter in camelCase)
        {
            if (char.IsAsciiLetterUpper(letter))
                name.Append('_');
            name.Append(char.ToLowerInvariant(letter));
        }

        return name.ToString();
    }
}
