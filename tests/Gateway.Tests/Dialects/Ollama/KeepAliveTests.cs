using Dragoman.Dialects.Ollama;

namespace Dragoman.Gateway.Tests.Dialects.Ollama;

public class KeepAliveTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("300", 300)]
    [InlineData("0.25", 0.25)]
    [InlineData("\"300\"", 300)]
    [InlineData("\"300s\"", 300)]
    [InlineData("\"5m\"", 300)]
    [InlineData("\"1h30m\"", 5400)]
    [InlineData("\"1.5h\"", 5400)]
    [InlineData("\".5s\"", 0.5)]
    [InlineData("\"+2m\"", 120)]
    [InlineData("\"300ms\"", 0.3)]
    [InlineData("\"250us\"", 0.00025)]
    [InlineData("\"250µs\"", 0.00025)]
    [InlineData("\"0\"", 0)]
    [InlineData("\"0s\"", 0)]
    [InlineData("\"-0m\"", 0)]
    [InlineData("\"1ns\"", 0.0000001)]
    public void Numbers_are_seconds_and_texts_are_Gos_durations(string keepAlive, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Read(keepAlive));

    [Theory]
    [InlineData("-1")]
    [InlineData("-0.5")]
    [InlineData("\"-1\"")]
    [InlineData("\"-1m\"")]
    [InlineData("1e300")]
    [InlineData("1e400")]
    [InlineData("\"99999999999h\"")]
    public void Less_than_nothing_and_more_than_Go_can_count_is_for_ever(string keepAlive) => Assert.Equal(KeepAlive.ForEver, Read(keepAlive));

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    public void Nothing_said_is_not_zero(string keepAlive) => Assert.Null(Read(keepAlive));

    private static TimeSpan? Read(string keepAlive) => new OllamaChat().Read($$"""{"model":"m","keep_alive":{{keepAlive}}}""").KeepAlive;
}
