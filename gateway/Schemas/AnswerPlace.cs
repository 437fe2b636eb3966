using System.Globalization;

namespace Dragoman.Schemas;

/// <summary>Where in an answer a value stands. Its JSON pointer is put together only for a mismatch.</summary>
/// <param name="outer">Null for the whole answer.</param>
/// <param name="name">A member's name, or an item's index where there is none.</param>
/// <param name="index">See <paramref name="name"/>.</param>
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
