namespace Dragoman.Emulator.Generation;

/// <summary>Two texts, one after the other.</summary>
internal sealed class TextSequence(ITokenSource first, ITokenSource second) : ITokenSource
{
    private bool firstIsOver;

    public bool TryNext(out string token)
    {
        if (!firstIsOver && first.TryNext(out token))
            return true;
        firstIsOver = true;
        return second.TryNext(out token);
    }
}
