using Dragoman.Functional.Tests.Harness;
using Xunit;

namespace Dragoman.Functional.Tests.FrontDoor;

/// <summary>nginx and the processes behind it must never disagree on where a request ends or what a header is.</summary>
public class SmugglingTests
{
    private const string Hidden = "GET /hidden HTTP/1.1\r\nHost: h\r\nX-Hidden: 1\r\n\r\n";

    public static TheoryData<string, string> RefusedFramings => new()
    {
        { "Content-Length and Transfer-Encoding", $"Content-Length: {Hidden.Length + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Hidden}" },
        { "Transfer-Encoding and Content-Length", $"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{Hidden}" },
        { "two Content-Lengths", $"Content-Length: 0\r\nContent-Length: {Hidden.Length}\r\n\r\n{Hidden}" },
        { "a list of Content-Lengths", $"Content-Length: 0, {Hidden.Length}\r\n\r\n{Hidden}" },
        { "a signed Content-Length", $"Content-Length: +{Hidden.Length}\r\n\r\n{Hidden}" },
        { "a negative Content-Length", $"Content-Length: -1\r\n\r\n{Hidden}" },
        { "a hexadecimal Content-Length", $"Content-Length: 0x10\r\n\r\n{Hidden}" },
        { "two Transfer-Encodings", $"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{Hidden}" },
        { "an obscured Transfer-Encoding", $"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{Hidden}" },
        { "a list of Transfer-Encodings", $"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{Hidden}" },
        { "a space before the colon", $"Content-Length : {Hidden.Length}\r\n\r\n{Hidden}" },
        { "a folded header", $"X-Folded: a\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Hidden}" },
        { "a space in a name", $"X Bad: 1\r\n\r\n{Hidden}" },
        { "a NUL in a name", $"X\0Bad: 1\r\n\r\n{Hidden}" },
        { "a NUL in a value", $"X-Bad: a\0b\r\n\r\n{Hidden}" },
        { "a chunk size that is no number", $"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n{Hidden}" },
        { "a negative chunk size", $"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n{Hidden}" },
        { "an endless chunk size", $"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n\r\n{Hidden}" },
        { "two Hosts", $"Host: other\r\nContent-Length: 0\r\n\r\n{Hidden}" },
    };

    [Theory]
    [MemberData(nameof(RefusedFramings))]
    public async Task An_ambiguous_request_is_refused_and_what_hides_in_it_is_never_read(string attempt, string headersAndBody)
    {
        await using var stack = await DoorWithUpstreams.StartAsync();

        var answers = await RawHttp.ExchangeAsync(stack.Door.Port, $"POST /api/chat HTTP/1.1\r\nHost: h\r\n{headersAndBody}");

        var answer = Assert.Single(answers);
        Assert.True(answer.Status is 400 or 501, $"{attempt}: {answer.Status}");
        Assert.Empty(stack.Sidecar.Requests);
        Assert.Empty(stack.Functions.Requests);
    }

    /// <summary>By the time the framing breaks, the sidecar already has the head and a part of the body.</summary>
    [Theory]
    [InlineData("zz\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("ffffffffffffffffff\r\n")]
    [InlineData("5\r\nhelloX")]
    public async Task A_body_whose_framing_breaks_while_it_is_passed_on_is_refused_and_never_whole(string broken)
    {
        await using var stack = await DoorWithUpstreams.StartAsync();

        var answers = await RawHttp.ExchangeAsync(
            stack.Door.Port,
            $"POST /api/embed HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n40000\r\n{new string('x', 0x40000)}\r\n{broken}\r\n{Hidden}");

        Assert.Equal(400, Assert.Single(answers).Status);
        Assert.Empty(stack.Sidecar.Requests);
        Assert.Empty(stack.Functions.Requests);
    }

    [Fact]
    public async Task Bare_line_feeds_are_normalised()
    {
        await using var stack = await DoorWithUpstreams.StartAsync();

        var answers = await RawHttp.ExchangeAsync(
            stack.Door.Port, "POST /api/chat HTTP/1.1\nHost: h\nConnection: close\nX-Line: 1\nContent-Length: 2\n\n{}");

        Assert.Equal(200, Assert.Single(answers).Status);
        var received = Assert.Single(stack.Sidecar.Requests);
        Assert.Equal("1", received.Headers["X-Line"]);
        Assert.Equal("{}", received.BodyText);
    }

    [Theory]
    [InlineData("Content_Length: 5")]
    [InlineData("Transfer_Encoding: chunked")]
    [InlineData("X{Bad}: 1")]
    public async Task A_header_whose_name_others_may_read_differently_is_dropped(string header)
    {
        await using var stack = await DoorWithUpstreams.StartAsync();

        var answers = await RawHttp.ExchangeAsync(
            stack.Door.Port, $"POST /api/chat HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{header}\r\nContent-Length: 2\r\n\r\n{{}}");

        Assert.Equal(200, Assert.Single(answers).Status);
        var received = Assert.Single(stack.Sidecar.Requests);
        Assert.DoesNotContain(header.Split(':')[0], received.Headers.Keys);
        Assert.Equal("{}", received.BodyText);
    }

    [Fact]
    public async Task A_request_after_a_well_formed_body_stands_for_itself()
    {
        await using var stack = await DoorWithUpstreams.StartAsync();

        var answers = await RawHttp.ExchangeAsync(
            stack.Door.Port,
            "POST /api/chat HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}GET /api/tags HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

        Assert.Equal([200, 200], answers.Select(answer => answer.Status));
        Assert.Equal("{}", Assert.Single(stack.Sidecar.Requests).BodyText);
        Assert.Single(stack.Functions.Requests);
    }

    [Fact]
    public async Task A_name_that_is_connection_bound_does_not_remove_what_the_door_sets()
    {
        await using var stack = await DoorWithUpstreams.StartAsync();

        await RawHttp.ExchangeAsync(
            stack.Door.Port, "GET /api/chat HTTP/1.1\r\nHost: h\r\nConnection: close, X-Request-Id, X-Dragoman-Functions\r\n\r\n");

        var received = Assert.Single(stack.Sidecar.Requests).Headers;
        Assert.Equal("available", received["X-Dragoman-Functions"]);
        Assert.NotEmpty(received["X-Request-Id"]);
    }
}
