using System.Globalization;
using System.Text;
using Dragoman.Bench.Streams;
using Xunit;

namespace Dragoman.Bench.Tests.Streams;

public class ClientStreamTests
{
    private const int Tokens = 3;
    private const string Done = "{\"model\":\"paced\",\"done\":true}\n";

    [Fact]
    public void AStreamIsWholeWhenEveryTokenAndTheEndCameInWhateverSlices()
    {
        foreach (var slice in new[] { 1, 5, 64, 10_000 })
        {
            var stream = Receive(Answer(Lines(0, 1, 2) + Done), slice);

            Assert.True(stream.IsWhole);
            Assert.False(stream.IsStalled);
            Assert.Null(stream.Fault);
        }
    }

    [Fact]
    public void ATokenThatIsMissingIsAFault() => Assert.Contains("token 2 where 1 was due", Receive(Answer(Lines(0, 2) + Done)).Fault);

    [Fact]
    public void ATokenThatCameTwiceIsAFault() => Assert.Contains("token 0 where 1 was due", Receive(Answer(Lines(0, 0, 1, 2) + Done)).Fault);

    [Fact]
    public void AStreamWithoutItsDialectsEndIsAFault() => Assert.Contains("own end", Receive(Answer(Lines(0, 1, 2))).Fault);

    [Fact]
    public void AStreamWithoutItsLastTokenIsAFault() => Assert.Contains("last token", Receive(Answer(Lines(0, 1) + Done)).Fault);

    [Fact]
    public void AnotherDialectIsAFault() => Assert.Contains("dialect", Receive(Answer("data: {}\n\n")).Fault);

    [Fact]
    public void ARefusalIsAFault() => Assert.Contains("503", Receive("HTTP/1.1 503 Service Unavailable\r\n\r\n").Fault);

    [Fact]
    public void ATokenMoreThanASecondLateStallsItsStream()
    {
        var due = PacedToken.Now - PacedPlan.StallMicroseconds - 1;

        Assert.True(Receive(Answer(Line(0, due))).IsStalled);
    }

    private static string Lines(params int[] numbers) => string.Concat(numbers.Select(number => Line(number, PacedToken.Now)));

    private static string Line(int number, long due)
    {
        Span<byte> token = stackalloc byte[PacedToken.Length];
        PacedToken.Write(token, number, due);
        return $"{{\"model\":\"paced\",\"message\":{{\"role\":\"assistant\",\"content\":\"{Encoding.ASCII.GetString(token)}\"}},\"done\":false}}\n";
    }

    private static string Answer(string body) =>
        string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n0\r\n\r\n");

    private static ClientStream Receive(string answer, int slice = 10_000)
    {
        var stream = new ClientStream(PacedDialect.Ollama, Tokens, descriptor: 0, askedAt: PacedToken.Now);
        var scratch = new byte[10_000];
        var counts = new ClientCounts();
        foreach (var part in Encoding.ASCII.GetBytes(answer).Chunk(slice))
            stream.Take(part, scratch, counts);
        return stream;
    }
}
