using System.Globalization;

namespace Dragoman.Schemas;

/// <summary>The place of a value in an answer. Its JSON pointer is built only for a mismatch.</summary>
/// <param name="outer">The place around it; null for the whole answer.</param>
/// <param name="name">The name of a member; null for an item.</param>
/// <param name="index">The index of an item.</param>
internal sealed class AnswerPlace(AnswerPlace? outer, string? name, int index)
{
    public static readonly AnswerPlace Root = new(null, "", 0);

    public AnswerPlace Member(string name) => new(this, name, 0);

    public AnswerPlace Item(int index) => new(this, null, index);

    public override string ToString()
    {
        if (outer is null)
            return "";
        return $"{outer}/{(name is null ? index.ToString(CultureInfo.InvariantCulture) : SchemaPlace.Escape(name))}";
    }
}
