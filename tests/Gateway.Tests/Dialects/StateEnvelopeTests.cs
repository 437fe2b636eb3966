using Dragoman.Conversation;
using Dragoman.Dialects;

namespace Dragoman.Gateway.Tests.Dialects;

public class StateEnvelopeTests
{
    private static readonly StateEnvelope Envelope = new("secret"u8);

    [Theory]
    [InlineData(StateKind.AnthropicSignature)]
    [InlineData(StateKind.AnthropicRedacted)]
    [InlineData(StateKind.GeminiThoughtSignature)]
    [InlineData(StateKind.OpenAIReasoning)]
    public void What_was_packed_is_found_again(StateKind kind)
    {
        var state = OpaqueState.Of(kind, "model-1", "ErUB.+/= ünï\n");
        var packed = new StateEnvelope("secret"u8).Wrap(state);
        Assert.Matches("^gw1\\.[a-z]{2}\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$", packed);
        Assert.Equal(state, Envelope.Unwrap(packed));
        Assert.DoesNotContain("model", packed, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_client_or_another_gateway_made_up_is_nothing()
    {
        var packed = Envelope.Wrap(OpaqueState.Of(StateKind.AnthropicSignature, "m", "value"));
        Assert.Null(new StateEnvelope("other"u8).Unwrap(packed));
        Assert.Null(Envelope.Unwrap(packed.Replace(".as.", ".gt.", StringComparison.Ordinal)));
        Assert.Null(Envelope.Unwrap(packed + "x"));
        Assert.Null(Envelope.Unwrap(packed[..^1]));
        Assert.Null(Envelope.Unwrap("gw1.as.x.y.ü"));
        Assert.Null(Envelope.Unwrap("a.b.c.d.e"));
        Assert.Null(Envelope.Unwrap(""));
    }

    [Fact]
    public void State_belongs_to_the_model_that_made_it()
    {
        var state = OpaqueState.Of(StateKind.AnthropicSignature, "claude-a", "v");
        Assert.True(state.BelongsTo(StateKind.AnthropicSignature, "claude-a"));
        Assert.False(state.BelongsTo(StateKind.AnthropicSignature, "claude-b"));
        Assert.False(state.BelongsTo(StateKind.GeminiThoughtSignature, "claude-a"));
        Assert.True(new OpaqueState(StateKind.AnthropicSignature, "", "v").BelongsTo(StateKind.AnthropicSignature, "claude-b"));
    }
}
