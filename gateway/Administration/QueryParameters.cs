using System.Globalization;
using Dragoman.Locales;
using Dragoman.Stores;

namespace Dragoman.Administration;

/// <summary>Reads the parameters of a query, and refuses those that nobody asked for.</summary>
/// <param name="call">The call.</param>
/// <param name="mistakes">Collects what is wrong.</param>
internal sealed class QueryParameters(AdminCall call, List<Mistake> mistakes)
{
    private readonly List<string> known = [];

    /// <summary>A parameter, or null when it is absent.</summary>
    public string? Text(string name)
    {
        var found = TextOrEmpty(name);
        if (found is { Length: 0 })
            mistakes.Add(Mistake.InQuery(name, MistakeText.Empty));
        return found;
    }

    /// <summary>A parameter that may be empty, or null when it is absent.</summary>
    public string? TextOrEmpty(string name)
    {
        known.Add(name);
        string? found = null;
        foreach (var (key, value) in call.Query)
        {
            if (key != name)
                continue;
            if (found is not null)
                mistakes.Add(Mistake.InQuery(name, MistakeText.GivenTwice));
            found = value;
        }

        return found;
    }

    public long Number(string name, long absent, long least, long most)
    {
        if (Text(name) is not { Length: > 0 } text)
            return absent;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        mistakes.Add(Mistake.InQuery(name, MistakeText.NoWholeNumber(least, most)));
        return absent;
    }

    public bool Flag(string name)
    {
        var text = Text(name);
        if (text is not (null or "" or "true" or "false"))
            mistakes.Add(Mistake.InQuery(name, MistakeText.TrueOrFalse));
        return text == "true";
    }

    /// <summary>The id that precedes a page of a list; null for the first page.</summary>
    public string? After()
    {
        var after = Text("after");
        if (after is null || (after.Length <= StoreLimits.LongestId && !after.Any(char.IsControl) && after.All(char.IsAscii)))
            return after;
        mistakes.Add(Mistake.InQuery("after", MistakeText.NoNext));
        return null;
    }

    /// <exception cref="RefusedCall">A parameter is unknown, or there is another mistake.</exception>
    public void End()
    {
        foreach (var (name, _) in call.Query)
        {
            if (!known.Contains(name))
                mistakes.Add(Mistake.InQuery(name, known.Count == 0 ? MistakeText.NoParameterAllowed : MistakeText.UnknownParameter(string.Join(", ", known))));
        }

        if (mistakes.Count > 0)
            throw new RefusedCall(Problem.Invalid(mistakes));
    }
}
