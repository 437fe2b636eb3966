namespace Dragoman.Emulator.Generation;

/// <summary>Words of four bytes each, with the space before them, so that a count of bytes is a count of tokens.</summary>
/// <param name="length">The length in tokens.</param>
internal sealed class EvenText(long length) : ITokenSource
{
    private long given;

    public bool TryNext(out string token)
    {
        token = given == length ? "" : given == 0 ? "Each" : " and";
        return token.Length > 0 && ++given > 0;
    }
}
