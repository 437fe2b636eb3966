using System.Text.Json;

namespace Dragoman.Locales;

/// <summary>Names the kind of a JSON value that a client has sent.</summary>
public static class KindText
{
    public static Wording Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => RequestText.AnObject,
        JsonValueKind.Array => RequestText.AnArray,
        JsonValueKind.String => RequestText.AString,
        JsonValueKind.Number => RequestText.ANumber,
        JsonValueKind.Null => RequestText.Null,
        _ => RequestText.TrueOrFalse,
    };
}
