namespace Dragoman.Emulator.Generation;

/// <summary>Text that is produced token by token.</summary>
internal interface ITokenSource
{
    /// <summary>Returns the next token, or false at the end of the text.</summary>
    bool TryNext(out string token);
}
