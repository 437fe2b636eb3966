namespace Dragoman.Conversation;

/// <summary>How a text that is too long for the model is handled.</summary>
public enum TooLongText
{
    /// <summary>The provider gets the text, and the client gets the provider's own error.</summary>
    LeftToProvider,

    /// <summary>The client gets a 400 with Ollama's error message (specs/ollama.md 2.3).</summary>
    Refused,

    /// <summary>The end of the text is cut off.</summary>
    Cut,
}
