namespace Dragoman.Emulator.Generation;

/// <summary>The tokens of a text that is known as a whole.</summary>
internal sealed class WrittenText(string text) : ITokenSource
{
    private int _position;

    public bool TryNext(out string token)
    {
        if (_position == text.Length)
        {
            token = "";
            return false;
        }

        var length = Tokenizer.FirstTokenLength(text.AsSpan(_position));
        token = text.Substring(_position, length);
        _position += length;
        return true;
    }
}
