using Dragoman.Conversation;
using Dragoman.Locales;
using Dragoman.Pipeline.Embeddings;

namespace Dragoman.Gateway.Tests.Pipeline.Embeddings;

public sealed class EmbeddingRefusalTests
{
    [Theory]
    [InlineData(ErrorKind.InvalidRequest, null, "Invalid 'user': too long, at most 64 tokens", "user")]
    [InlineData(ErrorKind.InvalidRequest, null, "no such parameter", null)]
    [InlineData(ErrorKind.RateLimited, null, "too many tokens per request and minute", null)]
    [InlineData(ErrorKind.UpstreamFailed, null, "maximum context length unknown", null)]
    [InlineData(ErrorKind.InvalidRequest, "Dimensions", "Extra inputs are not permitted", "output_dimension")]
    [InlineData(ErrorKind.InvalidRequest, "TextTooLong", "String is too long: 9000 tokens", "input[3]")]
    [InlineData(ErrorKind.UpstreamFailed, "TextTooLong", "input is too large to process. increase the physical batch size", null)]
    [InlineData(ErrorKind.ContextTooLong, "TextTooLong", "whatever", null)]
    [InlineData(ErrorKind.TooLarge, "TooManyTogether", "whatever", null)]
    public void Only_what_another_call_can_put_right_is_told_apart(ErrorKind kind, string? refusal, string message, string? field) =>
        Assert.Equal(refusal ?? "Other", EmbeddingRefusals.Classify(new GatewayError(kind, Wording.Verbatim(message)) { Field = field }).ToString());
}
