namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>In which way a model is brought to answer in JSON (specs/dialects.md 2.5).</summary>
internal enum AnthropicFormatMeans
{
    /// <summary>The client wants text.</summary>
    None,

    /// <summary><c>output_config.format</c>.</summary>
    Native,

    /// <summary>A single tool that has to be called, and whose input is the answer.</summary>
    Tool,

    /// <summary>It is asked to.</summary>
    Instruction,
}
