using Dragoman.Stores.Ledger;

namespace Dragoman.Gateway.Tests.Stores.Ledger;

public sealed class PackedEntriesTests
{
    [Fact]
    public void A_usual_batch_is_one_row()
    {
        var random = new Random(1);
        var entries = Enumerable.Range(0, LedgerLimits.MostEntries).Select(index => LedgerEntries.Of($"req_{random.NextInt64():x16}{random.NextInt64():x16}", random.Next(1_000_000_000), "organization", $"key:K{index % 10}:month:2026-11-01") with
        {
            At = LedgerEntries.Start.AddMilliseconds(index),
            User = $"user-{index % 50}",
            InputTokens = random.Next(5000),
            OutputTokens = random.Next(1000),
            Milliseconds = random.Next(10_000),
        }).ToList();
        var packed = PackedEntries.Pack(entries);
        Assert.InRange(packed.Length, 1, 60 * 1024);
        Assert.Equal(entries.Select(LedgerEntries.Text), PackedEntries.Unpack(packed).Select(LedgerEntries.Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1234")]
    [InlineData("/////////////////////w==")]
    public void Bytes_that_are_no_entries_are_reported(string base64) => Assert.Throws<InvalidDataException>(() => PackedEntries.Unpack(Convert.FromBase64String(base64)));
}
