namespace Dragoman.Dialects.OpenAIChat;

/// <summary>How vectors are written; OpenAI's own SDKs ask for base64 unless told otherwise (P-59).</summary>
public enum EmbeddingEncoding
{
    Numbers,
    Base64,
}
