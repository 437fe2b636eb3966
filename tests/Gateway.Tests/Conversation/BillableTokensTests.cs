using Dragoman.Conversation;
using FsCheck.Fluent;

namespace Dragoman.Gateway.Tests.Conversation;

/// <summary>No token is in two classes, and none is in no class (specs/lessons.md 1.10).</summary>
public sealed class BillableTokensTests
{
    private static readonly Usage Full = new(InputTotal: 1000, OutputTotal: 600, CacheRead: 200, CacheWrite: 90, Reasoning: 70)
    {
        CacheWriteHour = 30,
        AudioInput = 11,
        AudioCacheRead = 17,
        ImageInput = 13,
        AudioOutput = 19,
        ImageOutput = 23,
    };

    [Fact]
    public void Every_class_has_its_own_tokens()
    {
        var tokens = new BillableTokens(Full);
        Assert.Equal((30, 60), (tokens.CacheWriteHour, tokens.CacheWrite));
        Assert.Equal((183, 17), (tokens.CacheRead, tokens.AudioCacheRead));
        Assert.Equal((11, 13), (tokens.AudioInput, tokens.ImageInput));
        Assert.Equal(1000 - 200 - 90 - 11 - 13, tokens.Input);
        Assert.Equal((70, 19, 23), (tokens.Reasoning, tokens.AudioOutput, tokens.ImageOutput));
        Assert.Equal(600 - 70 - 19 - 23, tokens.Output);
    }

    [Fact]
    public void What_no_class_has_is_text()
    {
        var tokens = new BillableTokens(new Usage(5, 7));
        Assert.Equal((5, 7), (tokens.Input, tokens.Output));
        Assert.Equal(0, tokens.CacheRead + tokens.CacheWrite + tokens.CacheWriteHour + tokens.AudioInput + tokens.AudioCacheRead + tokens.ImageInput);
    }

    [Fact]
    public void A_part_is_not_greater_than_what_it_is_a_part_of()
    {
        var tokens = new BillableTokens(new Usage(100, 0, CacheRead: 5, CacheWrite: 7) { CacheWriteHour = 50, AudioCacheRead = 60 });
        Assert.Equal((7, 0, 5, 0, 88), (tokens.CacheWriteHour, tokens.CacheWrite, tokens.AudioCacheRead, tokens.CacheRead, tokens.Input));
    }

    [Fact]
    public void The_total_counts_when_the_parts_are_more()
    {
        var tokens = new BillableTokens(new Usage(10, 10, CacheRead: 100, CacheWrite: 6, Reasoning: 100));
        Assert.Equal((6, 4, 0), (tokens.CacheWrite, tokens.CacheRead, tokens.Input));
        Assert.Equal((10, 0), (tokens.Reasoning, tokens.Output));
    }

    [Fact]
    public void A_negative_count_is_zero()
    {
        var tokens = new BillableTokens(new Usage(-5, -5, -1, -2, -3) { AudioInput = -1, CacheWriteHour = -9, AudioCacheRead = -9, ImageInput = -1, AudioOutput = -1, ImageOutput = -4 });
        Assert.Equal((0, 0), (Input(tokens), Output(tokens)));
        Assert.Equal(0, Math.Min(Math.Min(tokens.Input, tokens.CacheRead), Math.Min(tokens.CacheWrite, tokens.AudioOutput)));
    }

    [Fact]
    public void The_classes_add_up_to_the_totals()
    {
        var count = Gen.Frequency((3, Gen.Choose(-2, 300)), (1, Gen.Constant(0)));
        Generated.Check(count.ArrayOf(11), 2000, counts =>
        {
            var usage = new Usage(counts[0], counts[1], counts[2], counts[3], counts[4])
            {
                CacheWriteHour = counts[5],
                AudioInput = counts[6],
                AudioCacheRead = counts[7],
                ImageInput = counts[8],
                AudioOutput = counts[9],
                ImageOutput = counts[10],
            };
            var tokens = new BillableTokens(usage);
            Assert.Equal((Math.Max(0, usage.InputTotal), Math.Max(0, usage.OutputTotal)), (Input(tokens), Output(tokens)));
            Assert.True(tokens.Input >= 0 && tokens.CacheRead >= 0 && tokens.CacheWrite >= 0 && tokens.CacheWriteHour >= 0 && tokens.AudioInput >= 0 && tokens.AudioCacheRead >= 0 && tokens.ImageInput >= 0);
            Assert.True(tokens.Output >= 0 && tokens.Reasoning >= 0 && tokens.AudioOutput >= 0 && tokens.ImageOutput >= 0);
        });
    }

    private static long Input(in BillableTokens tokens) =>
        tokens.Input + tokens.CacheRead + tokens.AudioCacheRead + tokens.CacheWrite + tokens.CacheWriteHour + tokens.AudioInput + tokens.ImageInput;

    private static long Output(in BillableTokens tokens) => tokens.Output + tokens.Reasoning + tokens.AudioOutput + tokens.ImageOutput;
}
