namespace Dragoman.Wire;

/// <summary>Counts the values of a JSON text, much faster than a parser does.</summary>
internal static class JsonValueCount
{
    /// <summary>The number of values and names; may be too high, and anything when the text is not JSON.</summary>
    public static long Of(ReadOnlySpan<byte> json)
    {
        var count = 1L;
        while (true)
        {
            var quote = json.IndexOf((byte)'"');
            var outside = quote < 0 ? json : json[..quote];
            // One of these stands before each value but the first. An empty list or object adds one too many.
            count += outside.Count((byte)',') + outside.Count((byte)':') + outside.Count((byte)'[') + outside.Count((byte)'{');
            if (quote < 0)
                return count;
            json = json[(quote + 1)..];
            json = json[AfterString(json)..];
        }
    }

    /// <summary>The length of the rest of a string, with the quote that ends it.</summary>
    private static int AfterString(ReadOnlySpan<byte> rest)
    {
        for (var position = 0; ;)
        {
            var found = rest[position..].IndexOfAny((byte)'"', (byte)'\\');
            if (found < 0)
                return rest.Length;
            position += found + 1;
            if (rest[position - 1] == '"')
                return position;
            // An escaped quote does not end the string.
            position = Math.Min(position + 1, rest.Length);
        }
    }
}
