namespace Dragoman.Startup;

/// <summary>Finds the name that a person probably meant, for a misspelled one.</summary>
public static class NearestName
{
    /// <summary>UTF-16 units. A longer text gets no suggestion, because the work grows with the square of the length.</summary>
    private const int Longest = 80;

    private const string Separators = "_- .";

    /// <summary>The nearest name; null when none is near. Case and separators do not count.</summary>
    /// <param name="written">The text that was written.</param>
    /// <param name="names">The valid names. Of several equally near names the first wins.</param>
    public static string? Find(string written, IEnumerable<string> names)
    {
        var wanted = Normalize(written);
        if (wanted.Length is 0 or > Longest)
            return null;
        string? nearest = null;
        var nearestDistance = Math.Max(1, wanted.Length / 3) + 1;
        var candidates = names as IReadOnlyCollection<string> ?? [.. names];
        foreach (var name in candidates)
        {
            var distance = Distance(wanted, Normalize(name));
            if (distance < nearestDistance)
                (nearest, nearestDistance) = (name, distance);
        }

        return nearest ?? candidates.FirstOrDefault(name => HasWordsOf(name, written));
    }

    /// <summary><c> (did you mean x?)</c>, or nothing when no name is near.</summary>
    public static string Suggest(string written, IEnumerable<string> names) =>
        Find(written, names) is { } nearest ? $" (did you mean {nearest}?)" : "";

    private static string Normalize(string name) =>
        string.Concat(name.Where(letter => !Separators.Contains(letter, StringComparison.Ordinal))).ToLowerInvariant();

    /// <summary>Whether all words of one are among the words of the other: <c>PORT</c> for <c>SIDECAR_PORT</c>.</summary>
    private static bool HasWordsOf(string name, string written)
    {
        var (ours, theirs) = (Words(name), Words(written));
        return ours.Length > 0 && theirs.Length > 0 && (theirs.All(ours.Contains) || ours.All(theirs.Contains));
    }

    private static string[] Words(string name) =>
        name.ToLowerInvariant().Split(Separators.ToCharArray(), StringSplitOptions.RemoveEmptyEntries);

    /// <summary>How many letters to insert, delete, replace, or swap with their neighbor (optimal string alignment).</summary>
    private static int Distance(string one, string other)
    {
        if (Math.Abs(one.Length - other.Length) > Longest)
            return int.MaxValue;
        var (before, last, current) = (new int[other.Length + 1], new int[other.Length + 1], new int[other.Length + 1]);
        for (var column = 0; column <= other.Length; column++)
            last[column] = column;
        for (var row = 1; row <= one.Length; row++)
        {
            current[0] = row;
            for (var column = 1; column <= other.Length; column++)
            {
                var replaced = last[column - 1] + (one[row - 1] == other[column - 1] ? 0 : 1);
                current[column] = Math.Min(replaced, Math.Min(last[column], current[column - 1]) + 1);
                if (row > 1 && column > 1 && one[row - 1] == other[column - 2] && one[row - 2] == other[column - 1])
                    current[column] = Math.Min(current[column], before[column - 2] + 1);
            }

            (before, last, current) = (last, current, before);
        }

        return last[other.Length];
    }
}
