namespace Dragoman.Dialects.Ollama;

/// <summary>One of Ollama's two generation endpoints. Their lines differ only in the members that hold the text.</summary>
internal enum OllamaForm
{
    /// <summary><c>message.content</c>, <c>message.thinking</c>.</summary>
    Chat,

    /// <summary><c>response</c>, <c>thinking</c>.</summary>
    Generate,
}
