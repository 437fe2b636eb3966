using Dragoman.Wire;

namespace Dragoman.Conversation;

/// <summary>
/// A client's prompt: its bytes, and the turns that were read from them. They are most of a request's memory, and a streamed
/// answer lasts for minutes. So one object owns them, and <see cref="Release"/> lets them go when the answer begins
/// (docs/developers/invariants.md 5). A <see cref="ChatRequest"/> holds its prompt, never what is in it.
/// </summary>
public sealed class Prompt
{
    /// <summary>The prompt that this one was made from; null: it is the client's own.</summary>
    private readonly Prompt? first;

    /// <summary>All that were made from this one, such as the same conversation without its oldest turns.</summary>
    private List<Prompt>? variants;

    public Prompt(IReadOnlyList<Turn> turns, JsonMembers? source = null)
        : this(turns, source, null)
    {
    }

    private Prompt(IReadOnlyList<Turn> turns, JsonMembers? source, Prompt? first)
    {
        Turns = turns;
        Source = source;
        this.first = first;
    }

    /// <summary>System, user, assistant and tool turns in the client's order; none after <see cref="Release"/>.</summary>
    public IReadOnlyList<Turn> Turns { get; private set; }

    /// <summary>The client's own JSON; null where it says something else than the turns, and after <see cref="Release"/>.</summary>
    public JsonMembers? Source { get; private set; }

    /// <summary>The same prompt with other turns. It is released together with this one.</summary>
    public Prompt With(IReadOnlyList<Turn> turns) => ReferenceEquals(turns, Turns) ? this : Variant(turns, Source);

    /// <summary>The same prompt with other JSON. It is released together with this one.</summary>
    public Prompt With(JsonMembers? source) => ReferenceEquals(source, Source) ? this : Variant(Turns, source);

    /// <summary>The answer has begun: no target and no second try needs the prompt any more, in whichever variant.</summary>
    public void Release()
    {
        var all = first ?? this;
        all.Empty();
        all.variants?.ForEach(variant => variant.Empty());
        all.variants = null;
    }

    private Prompt Variant(IReadOnlyList<Turn> turns, JsonMembers? source)
    {
        var variant = new Prompt(turns, source, first ?? this);
        ((first ?? this).variants ??= []).Add(variant);
        return variant;
    }

    private void Empty() => (Turns, Source) = ([], null);
}
