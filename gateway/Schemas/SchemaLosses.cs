using Dragoman.Conversation;

namespace Dragoman.Schemas;

/// <summary>Collects what is lost when a schema is rewritten.</summary>
internal sealed class SchemaLosses
{
    private readonly OrderedDictionary<string, bool> removed = new(StringComparer.Ordinal);

    /// <summary>The removed or weakened keywords, each once; at most as many as a <see cref="LossReport"/> keeps.</summary>
    public IReadOnlyList<string> Removed => [.. removed.Keys];

    public bool ChangesValidity { get; set; }

    /// <summary>The first reason why the provider cannot get the schema without forbidding what the client's schema allows; null when there is none.</summary>
    public string? Unsupported { get; private set; }

    public void Refuse(string reason) => Unsupported ??= reason;

    /// <summary>Removes a keyword; returns a note for the description, or null when none is needed.</summary>
    public string? Remove(string keyword, SchemaValue value)
    {
        if (SchemaVocabulary.Identity.Contains(keyword))
            return null;
        var asserts = SchemaVocabulary.Assertions.ContainsKey(keyword);
        Note(keyword);
        if (value.Node?.Boolean == true)
            return null;
        ChangesValidity |= asserts;
        var isPlain = keyword == "additionalProperties" && value.Node?.Boolean is not null;
        return (asserts || SchemaVocabulary.Hints.Contains(keyword)) && !isPlain ? SchemaNote.Of(keyword, value) : null;
    }

    /// <summary>Reports a keyword of which only a part is kept; returns a note for the description.</summary>
    public string Weaken(string keyword, SchemaValue value)
    {
        Note(keyword);
        ChangesValidity |= value.Node?.Boolean != true;
        return SchemaNote.Of(keyword, value);
    }

    private void Note(string keyword)
    {
        if (removed.Count < LossReport.MostKept)
            removed.TryAdd(keyword, true);
    }
}
