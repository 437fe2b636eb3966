using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Dragoman.Emulator.Tests.Completions;

/// <summary>Tests break an answer at a chosen byte, so that the same request must give the same bytes each time.</summary>
public sealed class ChunkingTests(RunningEmulator emulator) : IClassFixture<RunningEmulator>
{
    /// <summary>Bytes: longer than a segment of the server's memory (4,096) and shorter than what the emulator sends at once.</summary>
    private const int LeastLength = 5_000;

    [Fact]
    public async Task A_stream_without_a_pace_is_one_HTTP_chunk()
    {
        var answer = await AskRawAsync("""{"model":"gpt-5-mini","input":"Say something","stream":true}""");
        var body = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        var length = int.Parse(body[..body.IndexOf("\r\n", StringComparison.Ordinal)], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

        Assert.True(length > LeastLength, $"{length} bytes");
        Assert.EndsWith("\n\n\r\n0\r\n\r\n", body, StringComparison.Ordinal);
        Assert.Equal(body.Length, $"{length:x}\r\n".Length + length + "\r\n0\r\n\r\n".Length);
    }

    /// <summary>The bytes of an answer, one character each.</summary>
    private async Task<string> AskRawAsync(string json)
    {
        var address = emulator.Client.BaseAddress!;
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /openai/v1/responses HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer a-key-of-the-tests\r\nContent-Type: application/json\r\n" +
            $"x-emulator-behavior: tokens=5\r\nConnection: close\r\nContent-Length: {json.Length}\r\n\r\n{json}"));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }
}
