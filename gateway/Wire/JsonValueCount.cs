namespace Dragoman.Wire;

/// <summary>How many values a JSON text has, found much faster than by parsing it.</summary>
internal static class JsonValueCount
{
    /// <summary>The number of values and names, or more where the text is not JSON.</summary>
    public static long Of(ReadOnlySpan<byte> json)
    {
        var count = 1L;
        while (true)
        {
            var quote = json.IndexOf((byte)'"');
            var outside = quote < 0 ? json : json[..quote];
            // Before each value but the first stands one of these; an empty list or object has one too many.
            count += outside.Count((byte)',') + outside.Count((byte)':') + outside.Count((byte)'[') + outside.Count((byte)'{');
            if (quote < 0)
                return count;
            json = json[(quote + 1)..];
            json = json[AfterString(json)..];
        }
    }

    /// <summary>How long the rest of a string is, with the quote that ends it.</summary>
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
            // Whatever is escaped is not the end.
            position = Math.Min(position + 1, rest.Length);
        }
    }
}
