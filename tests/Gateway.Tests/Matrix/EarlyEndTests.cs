using System.Text;
using Dragoman.Gateway.Tests.Conversation;
using Xunit.Abstractions;

namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>Wherever a provider's answer is cut off, no client of any dialect accepts it as complete.</summary>
public sealed class EarlyEndTests(ITestOutputHelper log)
{
    /// <summary>The marks with which each kind of provider reports that an answer is complete.</summary>
    private static readonly string[] Finishes =
    [
        "\"finish_reason\":\"", "\"finish_reason\": \"", "[DONE]", "\"stop_reason\":\"", "response.completed", "response.incomplete", "\"finishReason\":\"", "\"finishReason\": \"",
    ];

    private static IEnumerable<WireFixture> Good => WireFixture.All.Where(fixture =>
        !fixture.IsHttpError
        && fixture.Expect.GetProperty("terminal").GetString() is not ("error" or "truncated")
        && fixture.Expect.GetProperty("chatFinishReason").GetString() != "error"
        && !fixture.Expect.TryGetProperty("inputTokens", out _) && !fixture.Expect.TryGetProperty("embeddings", out _));

    public static TheoryData<string> Streams => [.. Good.Where(fixture => !fixture.IsWholeBody).Select(fixture => fixture.Name)];

    public static TheoryData<string> Bodies => [.. Good.Where(fixture => fixture.IsWholeBody).Select(fixture => fixture.Name)];

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_stream_that_breaks_off_at_any_byte_never_looks_whole_to_any_client(string name)
    {
        var fixture = WireFixture.Named(name);
        var family = ProviderFamily.Of(fixture);
        var choices = fixture.Expect.TryGetProperty("otherChoices", out var others) ? others.EnumerateObject().Count() + 1 : 1;
        var request = ClientDialect.Chat.Request(stream: true, choices);
        var wholeFrom = fixture.Body.Length + 1;
        for (var length = fixture.Body.Length; length >= 0; length--)
        {
            var everyone = new Everyone(choices);
            var events = family.PlayStream(fixture.Body.AsSpan(0, length), [length], everyone, request);
            if (events.EndedWell)
            {
                wholeFrom = length;
                continue;
            }

            Assert.True(events.Error!.IsRetryable, events.Error.Message);
            foreach (var (dialect, stream) in everyone.Streams)
            {
                Assert.False(dialect.HasSuccessMarker(stream), $"{dialect} at {length}");
                if (length % 16 == 0)
                    dialect.AssertLegal(stream);
            }
        }

        log.WriteLine($"{name}: whole from {wholeFrom} of {fixture.Body.Length} bytes");
        var before = Encoding.UTF8.GetString(fixture.Body.AsSpan(0, wholeFrom));
        Assert.Contains(Finishes, mark => before.Contains(mark, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_body_that_breaks_off_at_any_byte_is_an_error(string name)
    {
        var fixture = WireFixture.Named(name);
        var family = ProviderFamily.Of(fixture);
        var end = fixture.Body.AsSpan().TrimEnd(" \t\r\n"u8).Length;
        for (var length = 0; length < end; length++)
        {
            var events = family.PlayBody(fixture.Body.AsSpan(0, length));
            Assert.False(events.EndedWell, $"the first {length} bytes");
            Assert.True(events.Error!.IsRetryable, events.Error.Message);
        }
    }
}
