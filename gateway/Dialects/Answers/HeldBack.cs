namespace Dragoman.Dialects.Answers;

/// <summary>
/// Counts and limits what is kept of an answer until it can be forwarded: the arguments of a call without a name, or a
/// signature that arrives in pieces. What is forwarded is counted elsewhere
/// (<see cref="Dragoman.Configuration.LimitSettings.AnswerBytes"/>).
/// </summary>
public sealed class HeldBack
{
    /// <summary>The most bytes that are kept of one answer.</summary>
    public const int Most = 16 * 1024 * 1024;

    /// <summary>The bytes that each call or block counts as, so that there are some thousands of them at most.</summary>
    private const int PieceBytes = 4096;

    private long held;

    /// <exception cref="InvalidDataException">Too many bytes are kept.</exception>
    public void Add(int bytes)
    {
        held += bytes;
        if (held > Most)
            throw new InvalidDataException($"it holds more than {Most} bytes, or too many pieces, that belong to nothing yet");
    }

    /// <summary>Counts one more call, block or item that is tracked until the end.</summary>
    /// <exception cref="InvalidDataException">There are too many.</exception>
    public void AddPiece() => Add(PieceBytes);
}
