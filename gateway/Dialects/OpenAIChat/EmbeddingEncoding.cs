namespace Dragoman.Dialects.OpenAIChat;

/// <summary>How vectors are written. OpenAI's own SDKs request base64 by default (P-59).</summary>
public enum EmbeddingEncoding
{
    Numbers,
    Base64,
}
