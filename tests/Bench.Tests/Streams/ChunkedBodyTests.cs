using System.Text;
using Dragoman.Bench.Streams;
using Xunit;

namespace Dragoman.Bench.Tests.Streams;

public class ChunkedBodyTests
{
    private const string Framed = "5\r\nhello\r\n7;name=value\r\n, world\r\n1B\r\n, which is longer than nine\r\n0\r\nTrailer: x\r\n\r\n";
    private const string Data = "hello, world, which is longer than nine";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public void TheDataComesOutHoweverTheBytesAreSliced(int slice)
    {
        var body = new ChunkedBody();
        var decoded = new byte[1000];
        var length = 0;
        foreach (var part in Encoding.ASCII.GetBytes(Framed).Chunk(slice))
        {
            Assert.False(body.IsOver);
            length += body.Decode(part, decoded.AsSpan(length));
        }

        Assert.True(body.IsOver);
        Assert.Equal(Data, Encoding.ASCII.GetString(decoded, 0, length));
    }

    [Fact]
    public void ACutBodyIsNotOver()
    {
        var body = new ChunkedBody();

        body.Decode(Encoding.ASCII.GetBytes(Framed[..^2]), new byte[1000]);

        Assert.False(body.IsOver);
    }

    [Theory]
    [InlineData("data: {}\n\n")]
    [InlineData("5\r\nhelloX")]
    [InlineData("\r\n")]
    public void WhatIsNotFramedAsChunksIsToldApart(string text) =>
        Assert.Equal(-1, new ChunkedBody().Decode(Encoding.ASCII.GetBytes(text), new byte[1000]));
}
