using System.Text.Json;

namespace Dragoman.Access.Tokens;

/// <summary>Finds the values of a claim.</summary>
internal static class ClaimValues
{
    /// <summary>
    /// The values of a claim as texts: one of a text, number or switch; all of a list; the words of <c>scp</c> and <c>scope</c>,
    /// which are lists in one text (RFC 8693 section 4.2). None when there is no such claim.
    /// </summary>
    public static List<string> Of(JsonElement claims, string name)
    {
        var values = new List<string>();
        if (!TryFind(claims, name, out var claim))
            return values;
        if (claim.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in claim.EnumerateArray())
                Add(values, item);
        }
        else if (name is "scp" or "scope" && claim.ValueKind == JsonValueKind.String)
        {
            values.AddRange(claim.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
        else
        {
            Add(values, claim);
        }

        return values;
    }

    /// <summary>A claim of this literal name; else a member of a claim, with a dot between their names.</summary>
    private static bool TryFind(JsonElement claims, string name, out JsonElement claim)
    {
        if (claims.ValueKind != JsonValueKind.Object)
        {
            claim = default;
            return false;
        }

        if (claims.TryGetProperty(name, out claim))
            return true;
        for (var dot = name.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = name.IndexOf('.', dot + 1))
        {
            if (claims.TryGetProperty(name.AsSpan(0, dot), out var outer) && TryFind(outer, name[(dot + 1)..], out claim))
                return true;
        }

        return false;
    }

    private static void Add(List<string> values, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                values.Add(value.GetString()!);
                break;
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                values.Add(value.GetRawText());
                break;
        }
    }
}
