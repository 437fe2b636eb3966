namespace Dragoman.Dialects.Answers;

/// <summary>
/// Counts what is kept of an answer before it can be passed on: arguments of a call without a name, a signature that comes
/// in pieces. No provider can make it more and more. What has been passed on is counted elsewhere
/// (<see cref="Dragoman.Configuration.LimitSettings.AnswerBytes"/>).
/// </summary>
public sealed class HeldBack
{
    /// <summary>Bytes in one answer.</summary>
    public const int Most = 16 * 1024 * 1024;

    /// <summary>What a call or a block counts by itself, so that there are some thousands at most.</summary>
    private const int PieceBytes = 4096;

    private long held;

    /// <exception cref="InvalidDataException">It has become too much.</exception>
    public void Add(int bytes)
    {
        held += bytes;
        if (held > Most)
            throw new InvalidDataException($"it holds more than {Most} bytes, or too many pieces, that belong to nothing yet");
    }

    /// <summary>A further call, block or item, which is looked after until the end.</summary>
    /// <exception cref="InvalidDataException">There have become too many.</exception>
    public void AddPiece() => Add(PieceBytes);
}
