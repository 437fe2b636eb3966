namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>How a model is made to answer in JSON (specs/dialects.md 2.5).</summary>
internal enum AnthropicFormatMeans
{
    /// <summary>The client wants text.</summary>
    None,

    /// <summary><c>output_config.format</c>.</summary>
    Native,

    /// <summary>A single tool that the model is forced to call. Its input is the answer.</summary>
    Tool,

    /// <summary>An instruction in the prompt.</summary>
    Instruction,
}
