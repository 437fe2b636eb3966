namespace Dragoman.Conversation;

/// <summary>A model's capabilities, by Ollama's names (specs/ollama.md 2.5).</summary>
/// <param name="Names">Any of <c>completion</c>, <c>tools</c>, <c>insert</c>, <c>vision</c>, <c>embedding</c>, <c>thinking</c>, <c>audio</c>.</param>
/// <param name="AreCertain">False when the names are inferred. Then no request is rejected because a capability is missing.</param>
public sealed record ModelCapabilities(IReadOnlyList<string> Names, bool AreCertain)
{
    public const string Completion = "completion";
    public const string Tools = "tools";
    public const string Insert = "insert";
    public const string Vision = "vision";
    public const string Embedding = "embedding";
    public const string Thinking = "thinking";
    public const string Audio = "audio";

    /// <summary>All names that a configuration may contain.</summary>
    public static readonly IReadOnlyList<string> All = [Completion, Tools, Insert, Vision, Embedding, Thinking, Audio];

    public bool Has(string name) => Names.Contains(name);

    /// <summary>Whether the model is known not to have the capability.</summary>
    public bool Lacks(string name) => AreCertain && !Has(name);
}
