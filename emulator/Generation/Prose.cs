namespace Dragoman.Emulator.Generation;

/// <summary>
/// Sentences of words from <see cref="Vocabulary"/>, exactly <paramref name="length"/> tokens long and decided by
/// <paramref name="seed"/>. It keeps no text, so a million tokens need no more memory than one.
/// </summary>
/// <param name="seed">The number that decides every word.</param>
/// <param name="length">The length in tokens. The last one is a full stop.</param>
/// <param name="continues">Whether other text precedes it, so that the first word needs a space before it.</param>
internal sealed class Prose(ulong seed, long length, bool continues) : ITokenSource
{
    private const int ShortestSentence = 5;
    private const int LongestSentence = 11;

    private readonly DeterministicRandom random = new(seed);
    private long given;
    private int wordsLeft;
    private bool sentenceBegins = true;
    private bool wordWasLast;

    public bool TryNext(out string token)
    {
        if (given == length)
        {
            token = "";
            return false;
        }

        token = Next(length - given);
        if (given == 0 && !continues)
            token = token.TrimStart();
        given++;
        return true;
    }

    private string Next(long left)
    {
        if (left == 1)
            return ".";
        if (sentenceBegins)
        {
            sentenceBegins = false;
            wordsLeft = random.Between(ShortestSentence, LongestSentence) - 1;
            wordWasLast = true;
            return random.Pick(Vocabulary.SpacedCapitalized);
        }

        // The text must not end with a comma or with two full stops.
        var mayPunctuate = wordWasLast && left > 2;
        if (mayPunctuate && wordsLeft == 0)
        {
            sentenceBegins = true;
            return ".";
        }

        if (mayPunctuate && wordsLeft > 1 && random.Below(8) == 0)
        {
            wordWasLast = false;
            return ",";
        }

        wordWasLast = true;
        wordsLeft = Math.Max(0, wordsLeft - 1);
        return random.Pick(Vocabulary.Spaced);
    }
}
