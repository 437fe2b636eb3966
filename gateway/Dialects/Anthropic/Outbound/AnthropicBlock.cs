using System.Text;
using Dragoman.Wire;

namespace Dragoman.Dialects.Anthropic.Outbound;

/// <summary>A content block of an answer while it is read.</summary>
internal sealed class AnthropicBlock(AnthropicBlockKind kind)
{
    private static readonly byte[] NoInput = "{}"u8.ToArray();

    private StringBuilder? signature;

    public AnthropicBlockKind Kind { get; } = kind;

    /// <summary>The call's index among the calls.</summary>
    public int Slot { get; set; }

    public bool IsStopped { get; set; }

    /// <summary>Whether the call's arguments arrived in deltas.</summary>
    public bool HasArguments { get; set; }

    /// <summary>The arguments of a call without deltas, escaped (specs/dialects.md 3.1).</summary>
    public byte[] Input { get; private set; } = NoInput;

    /// <summary>A thinking block's signature as the provider sent it. Empty when it has none.</summary>
    public string Signature => signature?.ToString() ?? "";

    public SurrogateCarry Carry { get; } = new();

    /// <param name="json">The <c>input</c> that arrived with the block's start: empty or complete.</param>
    public void KeepInput(ReadOnlySpan<byte> json)
    {
        if (json.StartsWith("{"u8))
            Input = JsonText.Escape(Encoding.UTF8.GetString(json));
    }

    public void AppendSignature(ReadOnlySpan<byte> escaped) => (signature ??= new StringBuilder()).Append(JsonText.ReadString(escaped));
}
