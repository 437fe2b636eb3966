using System.Text;
using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.Faults;

/// <summary>
/// When a provider's connection breaks before the answer has begun, the client gets an error status. Later it gets the
/// dialect's own error in the stream, and never an end that looks complete.
/// </summary>
[Collection(FaultTests.Name)]
[Trait("Category", "Streaming")]
public class BrokenConnectionTests(FaultDeployment deployment)
{
    private const string ShortAnswer = "tokens=3";
    private const int Places = 20;

    /// <summary>The length of the chunk that ends a body, in bytes.</summary>
    private const int LastChunk = 5;

    private static readonly string[] CountMembers = ["\"usage\"", "\"done\":true"];
    private static readonly string[] Codes = ["upstream_stream_truncated", "upstream_unreachable"];

    public static TheoryData<string, bool> Breaks => new() { { "reset", true }, { "reset", false }, { "close", true }, { "close", false } };

    [Theory]
    [MemberData(nameof(Breaks))]
    public Task At_chosen_bytes_of_every_dialect(string kind, bool stream) => FaultDeployment.AllAsync(
        FaultDeployment.Pairs,
        async pair =>
        {
            var (bytes, undisturbed) = await deployment.AskUndisturbedAsync(pair.Client, pair.Provider, ShortAnswer, stream);
            var headEnd = HeadEnd(bytes);
            var places = Enumerable.Range(0, Places).Select(place => place * bytes.Length / Places).Concat([headEnd - 1, headEnd, bytes.Length - 1]);
            await CheckAsync(pair.Client, pair.Provider, kind, stream, bytes, undisturbed, places.Order().Distinct());
        });

    [Theory]
    [InlineData("openai-chat", "anthropic", "reset")]
    [InlineData("openai-responses", "responses", "close")]
    public async Task At_every_byte(string client, string provider, string kind)
    {
        var (asking, answering) = (ClientDialect.Of(client), ProviderDialect.Of(provider));
        var (bytes, undisturbed) = await deployment.AskUndisturbedAsync(asking, answering, ShortAnswer, stream: true);

        await FaultDeployment.AllAsync(
            Enumerable.Range(0, bytes.Length).Chunk(100),
            places => CheckAsync(asking, answering, kind, stream: true, bytes, undisturbed, places));
    }

    private async Task CheckAsync(
        ClientDialect client, ProviderDialect provider, string kind, bool stream, byte[] bytes, ClientAnswer undisturbed, IEnumerable<int> places)
    {
        var finish = FinishIn(bytes, provider);
        var isStream = finish < bytes.Length;
        var failed = new List<string>();
        var began = false;
        foreach (var place in places)
        {
            var passage = deployment.Proxy.Plan(FaultPlan.Of(kind == "reset" ? new Reset(place) : new Close(place)) with { Behavior = ShortAnswer });
            var answer = await deployment.AskAsync(client, provider, passage, stream);
            var verdict = client.Judge(answer, stream);
            var told = $"{client.Name} from {provider.Name}, {kind} at {place} of {bytes.Length}: {answer.Status} {answer.Text}";

            if (place >= bytes.Length - LastChunk && isStream)
                Assert.True(verdict.Ending == Ending.Good, told);
            if (verdict.Ending == Ending.Good)
            {
                // The answer was complete. Only token counts and the end of the framing were lost.
                Assert.True(place > finish, told);
                Assert.True(WithoutCounts(undisturbed.Text) == WithoutCounts(answer.Text), $"{told}\ninstead of {undisturbed.Text}");
                continue;
            }

            // Once the answer has begun, an error status is no longer possible.
            Assert.True(verdict.Ending == Ending.Refused ? !began && answer.Status == 502 : stream && place > HeadEnd(bytes), told);
            Assert.True(verdict.Message.Length > 0 && (verdict.Code is null || Codes.Contains(verdict.Code)), told);
            began |= verdict.Ending == Ending.StreamError;
            failed.Add(answer.RequestId);
        }

        foreach (var settlement in await deployment.SettlementsAsync(failed))
            Assert.Contains(" Failed error=UpstreamFailed ", settlement, StringComparison.Ordinal);
    }

    /// <summary>An answer up to its token counts.</summary>
    private static string WithoutCounts(string text)
    {
        var comparable = FaultDeployment.Comparable(text);
        var counts = CountMembers.Select(member => comparable.LastIndexOf(member, StringComparison.Ordinal)).Max();
        return counts < 0 ? comparable : comparable[..counts];
    }

    /// <summary>The position at which the provider reports a complete answer. For an answer that is not a stream, it is the answer's length.</summary>
    private static int FinishIn(byte[] bytes, ProviderDialect provider)
    {
        var text = Encoding.Latin1.GetString(bytes);
        if (!text.Contains("Content-Type: text/event-stream", StringComparison.OrdinalIgnoreCase))
            return bytes.Length;
        return provider.FinishMarkers.Select(marker => text.IndexOf(marker, StringComparison.Ordinal)).Where(at => at >= 0).Min();
    }

    private static int HeadEnd(byte[] bytes) => bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
}
