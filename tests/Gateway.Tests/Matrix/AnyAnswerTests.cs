using Dragoman.Conversation;
using Dragoman.Gateway.Tests.Conversation;
using Dragoman.Locales;

namespace Dragoman.Gateway.Tests.Matrix;

/// <summary>Any answer of canonical events becomes a legal answer in every client's dialect and loses only what the dialect lacks.</summary>
public sealed class AnyAnswerTests
{
    private const int Cases = 400;

    private static readonly GatewayError Broken = new(ErrorKind.UpstreamFailed, Wording.Verbatim("The provider's answer ended before it was complete.")) { Code = "upstream_stream_truncated" };

    public static TheoryData<string> Clients => ClientDialect.Names;

    [Theory]
    [MemberData(nameof(Clients))]
    public void Any_answer_is_a_legal_stream_that_says_the_same_however_its_deltas_are_cut(string client) => Generated.Check(AnswerScript.Any, Cases, script =>
    {
        var dialect = ClientDialect.Named(client);
        var (whole, _) = Write(dialect, script, inPieces: false);
        var (cut, _) = Write(dialect, script, inPieces: true);
        whole.AssertSame(cut);
    });

    [Theory]
    [MemberData(nameof(Clients))]
    public void Collected_any_answer_says_the_same(string client) => Generated.Check(AnswerScript.Any, Cases, script =>
    {
        if (script.CutsCalls)
            return;
        var dialect = ClientDialect.Named(client);
        var request = dialect.Request(stream: false, script.Choices);
        var raised = new CheckedEvents();
        script.Play(raised, inPieces: true);
        var expected = dialect.Carries.Of(Said.Of(raised));
        var (body, error) = dialect.Whole(request, raised);
        Assert.Equal(expected.Error, error?.Message);
        if (error is null)
            expected.AssertSame(dialect.ReadBody(body, request));
    });

    [Theory]
    [MemberData(nameof(Clients))]
    public void Pictures_and_sound_are_carried_or_refused(string client) => Generated.Check(AnswerScript.WithMedia, Cases, script =>
    {
        var dialect = ClientDialect.Named(client);
        var (stream, raised, refused) = dialect.Stream(dialect.Request(stream: true, script.Choices), next => Played(script, next));
        dialect.AssertLegal(stream);
        var media = raised.Answer.Choices.Count > 0 && raised.Answer.Choices[0].Blocks.OfType<MediaBlock>().Any();
        if (dialect == ClientDialect.Messages)
            Assert.Equal(media, refused is not null);
        else
            Assert.True(refused is null || refused.Message == dialect.Carries.Withheld);
        Assert.Equal(refused is null, dialect.HasSuccessMarker(stream));
    });

    [Theory]
    [MemberData(nameof(Clients))]
    public void An_answer_that_fails_anywhere_ends_in_the_dialects_error_and_nothing_else(string client) => Generated.Check(AnswerScript.WithMedia, Cases, script =>
    {
        var dialect = ClientDialect.Named(client);
        for (var steps = 0; steps <= script.Steps.Count; steps += 1 + (script.Steps.Count / 8))
        {
            var request = dialect.Request(stream: true, script.Choices);
            var (stream, _, refused) = dialect.Stream(request, next => Played(script, next, steps));
            dialect.AssertLegal(stream);
            Assert.False(dialect.HasSuccessMarker(stream));
            Said.Failed((refused ?? Broken).Message).AssertSame(dialect.ReadStream(stream, [stream.Length / 3], request));
        }
    });

    private static CheckedEvents Played(AnswerScript script, IAnswerEvents next, int? failsAfter = null)
    {
        var events = new CheckedEvents(next);
        script.Play(events, inPieces: false, failsAfter is null ? null : Broken, failsAfter ?? int.MaxValue);
        return events;
    }

    private static (Said Read, byte[] Stream) Write(ClientDialect dialect, AnswerScript script, bool inPieces)
    {
        var request = dialect.Request(stream: true, script.Choices);
        var (stream, raised, refused) = dialect.Stream(request, next =>
        {
            var events = new CheckedEvents(next);
            script.Play(events, inPieces);
            return events;
        });
        dialect.AssertLegal(stream);
        var expected = refused is null ? dialect.Carries.Of(Said.Of(raised)) : Said.Failed(refused.Message);
        if (refused is not null)
            Assert.Equal(dialect.Carries.Withheld, refused.Message);
        Assert.Equal(refused is null, dialect.HasSuccessMarker(stream));
        var read = dialect.ReadStream(stream, Upstream.RandomSizes(stream.Length, 50).Take(stream.Length), request);
        expected.AssertSame(read);
        return (read, stream);
    }
}
