namespace Dragoman.Dialects.OpenAIResponses.Inbound;

internal enum ItemKind
{
    Message,
    Reasoning,
    Call,

    /// <summary>A call of a tool that takes free text.</summary>
    FreeTextCall,
    Picture,
}
