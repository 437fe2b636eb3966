using Dragoman.Streams;

namespace Dragoman.Gateway.Tests.Streaming;

/// <summary>
/// No byte is allocated for a token by framing, reading and writing, from every provider's dialect to every client's. This holds
/// once an answer has begun, after an earlier answer of the same length.
/// </summary>
public sealed class AllocationTests
{
    private const int TokensPerBlock = 512;
    private const int Blocks = 8;

    /// <summary>Several attempts, because the runtime may change the pools at a bad moment, which is not the gateway's fault.</summary>
    private const int Attempts = 5;

    public static TheoryData<string, string, string> Deltas
    {
        get
        {
            var deltas = new TheoryData<string, string, string>();
            foreach (var cell in Ways.All)
            {
                foreach (var kind in Enum.GetValues<DeltaKind>().Where(kind => cell.Upstream.StreamFor(cell.Client.Read(), kind) is not null))
                    deltas.Add(cell.Upstream.Name, cell.Client.Name, kind.ToString());
            }

            return deltas;
        }
    }

    [Theory]
    [MemberData(nameof(Deltas))]
    public void A_delta_costs_no_garbage(string provider, string client, string kind)
    {
        var cell = Ways.All.Single(cell => cell.Upstream.Name == provider && cell.Client.Name == client);
        var stream = cell.Upstream.StreamFor(cell.Client.Read(), Enum.Parse<DeltaKind>(kind))!;
        var block = stream.DeltaBytes(TokensPerBlock);
        AllocatedBy(cell, stream, block);

        var allocated = Enumerable.Range(0, Attempts).Select(_ => AllocatedBy(cell, stream, block)).TakeWhile(bytes => bytes > 0).ToList();

        Assert.True(allocated.Count < Attempts, $"{TokensPerBlock * Blocks} deltas allocate {string.Join(", ", allocated)} bytes");
    }

    private static long AllocatedBy(Cell cell, WireStream stream, byte[] block)
    {
        using var answer = new AnswerPlay(cell, stream);
        answer.Open();
        answer.PlayAndSend(block);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < Blocks; count++)
            answer.PlayAndSend(block);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        answer.Close(TokensPerBlock * (Blocks + 1));
        return allocated;
    }
}
