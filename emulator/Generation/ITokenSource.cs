namespace Dragoman.Emulator.Generation;

/// <summary>Text that comes token by token.</summary>
internal interface ITokenSource
{
    /// <summary>Gives the next token, or false at the end of the text.</summary>
    bool TryNext(out string token);
}
