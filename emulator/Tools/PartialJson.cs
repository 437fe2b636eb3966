using System.Text;
using System.Text.Json;

namespace Dragoman.Emulator.Tools;

/// <summary>Arguments that may have been cut off.</summary>
internal static class PartialJson
{
    public static bool IsWhole(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        try
        {
            while (reader.Read())
            {
            }

            return text.Length > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
