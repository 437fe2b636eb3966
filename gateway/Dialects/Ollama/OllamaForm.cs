namespace Dragoman.Dialects.Ollama;

/// <summary>Which of Ollama's two generation endpoints is spoken; their lines differ only in where the text stands.</summary>
internal enum OllamaForm
{
    /// <summary><c>message.content</c>, <c>message.thinking</c>.</summary>
    Chat,

    /// <summary><c>response</c>, <c>thinking</c>.</summary>
    Generate,
}
