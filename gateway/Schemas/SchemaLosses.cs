using Dragoman.Conversation;

namespace Dragoman.Schemas;

/// <summary>What rewriting a schema loses.</summary>
internal sealed class SchemaLosses
{
    private readonly OrderedDictionary<string, bool> removed = new(StringComparer.Ordinal);

    /// <summary>Each once; at most as many as a <see cref="LossReport"/> keeps.</summary>
    public IReadOnlyList<string> Removed => [.. removed.Keys];

    public bool ChangesValidity { get; set; }

    /// <summary>The first reason why the provider cannot be told the schema without forbidding what it allows.</summary>
    public string? Unsupported { get; private set; }

    public void Refuse(string reason) => Unsupported ??= reason;

    /// <summary>Leaves a keyword out, and returns what the description has to say of it, if anything.</summary>
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

    /// <summary>Reports a keyword that stays in part, and returns what the description has to say of it.</summary>
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
