namespace Dragoman.Emulator.Generation;

/// <summary>The tokens of a text that is already complete.</summary>
internal sealed class WrittenText(string text) : ITokenSource
{
    private int position;

    public bool TryNext(out string token)
    {
        if (position == text.Length)
        {
            token = "";
            return false;
        }

        var length = Tokenizer.FirstTokenLength(text.AsSpan(position));
        token = text.Substring(position, length);
        position += length;
        return true;
    }
}
