namespace Dragoman.Emulator.Generation;

/// <summary>
/// Sentences made of <see cref="Vocabulary"/>, exactly <paramref name="length"/> tokens of them, decided by
/// <paramref name="seed"/>. Holds no text, so a million tokens need no more memory than one.
/// </summary>
/// <param name="seed">Decides every word.</param>
/// <param name="length">Tokens; the last one is a full stop.</param>
/// <param name="continues">Whether text stands before it, so that the first word is set off by a space.</param>
internal sealed class Prose(ulong seed, long length, bool continues) : ITokenSource
{
    private const int ShortestSentence = 5;
    private const int LongestSentence = 11;

    private readonly DeterministicRandom _random = new(seed);
    private long _given;
    private int _wordsLeft;
    private bool _sentenceBegins = true;
    private bool _wordWasLast;

    public bool TryNext(out string token)
    {
        if (_given == length)
        {
            token = "";
            return false;
        }

        token = Next(length - _given);
        if (_given == 0 && !continues)
            token = token.TrimStart();
        _given++;
        return true;
    }

    private string Next(long left)
    {
        if (left == 1)
            return ".";
        if (_sentenceBegins)
        {
            _sentenceBegins = false;
            _wordsLeft = _random.Between(ShortestSentence, LongestSentence) - 1;
            _wordWasLast = true;
            return _random.Pick(Vocabulary.SpacedCapitalized);
        }

        // The text must not end in a comma or in two full stops.
        var mayPunctuate = _wordWasLast && left > 2;
        if (mayPunctuate && _wordsLeft == 0)
        {
            _sentenceBegins = true;
            return ".";
        }

        if (mayPunctuate && _wordsLeft > 1 && _random.Below(8) == 0)
        {
            _wordWasLast = false;
            return ",";
        }

        _wordWasLast = true;
        _wordsLeft = Math.Max(0, _wordsLeft - 1);
        return _random.Pick(Vocabulary.Spaced);
    }
}
