using Dragoman.Wire;

namespace Dragoman.Conversation;

/// <summary>
/// A client's prompt: its bytes, and the turns that were read from them. They take most of a request's memory, and a streamed
/// answer can last for minutes. So only this object references them, and <see cref="Release"/> frees them when the answer begins
/// (docs/developers/invariants.md 5). A <see cref="ChatRequest"/> references its prompt, never the contents.
/// </summary>
public sealed class Prompt
{
    /// <summary>The prompt that this one was made from; null when this is the client's own.</summary>
    private readonly Prompt? first;

    /// <summary>All prompts that were made from this one, such as the same conversation without its oldest turns.</summary>
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

    /// <summary>The client's own JSON; null when it does not match the turns, and after <see cref="Release"/>.</summary>
    public JsonMembers? Source { get; private set; }

    /// <summary>The same prompt with other turns. It is released together with this one.</summary>
    public Prompt With(IReadOnlyList<Turn> turns) => ReferenceEquals(turns, Turns) ? this : Variant(turns, Source);

    /// <summary>The same prompt with other JSON. It is released together with this one.</summary>
    public Prompt With(JsonMembers? source) => ReferenceEquals(source, Source) ? this : Variant(Turns, source);

    /// <summary>Sets the JSON of a prompt that was read from it.</summary>
    public void ReadFrom(JsonMembers? source) => Source = source;

    /// <summary>Frees the prompt and all its variants. Call it when the answer has begun: no other target and no retry needs them any more.</summary>
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
