namespace Dragoman.Dialects.Anthropic;

/// <summary>What both directions of Anthropic's Messages API share.</summary>
public static class AnthropicFamily
{
    /// <summary>The family that extension members of this dialect belong to.</summary>
    public const string Name = "anthropic";
}
