namespace Dragoman.Conversation;

/// <summary>What becomes of a text that is longer than the model reads.</summary>
public enum TooLongText
{
    /// <summary>The client gets the provider's own words.</summary>
    LeftToProvider,

    /// <summary>The client gets a 400 in Ollama's words (specs/ollama.md 2.3).</summary>
    Refused,

    /// <summary>Its end is left out.</summary>
    Cut,
}
