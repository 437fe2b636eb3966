namespace Dragoman.Conversation;

/// <summary>What a model can do, in Ollama's words (specs/ollama.md 2.5).</summary>
/// <param name="Names">Any of <c>completion</c>, <c>tools</c>, <c>insert</c>, <c>vision</c>, <c>embedding</c>, <c>thinking</c>, <c>audio</c>.</param>
/// <param name="AreCertain">False when inferred; then nothing is refused for a missing one.</param>
public sealed record ModelCapabilities(IReadOnlyList<string> Names, bool AreCertain)
{
    public const string Completion = "completion";
    public const string Tools = "tools";
    public const string Insert = "insert";
    public const string Vision = "vision";
    public const string Embedding = "embedding";
    public const string Thinking = "thinking";
    public const string Audio = "audio";

    /// <summary>Every name that a configuration may give.</summary>
    public static readonly IReadOnlyList<string> All = [Completion, Tools, Insert, Vision, Embedding, Thinking, Audio];

    public bool Has(string name) => Names.Contains(name);

    /// <summary>Known not to have it.</summary>
    public bool Lacks(string name) => AreCertain && !Has(name);
}
