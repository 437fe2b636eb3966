using System.Text;
using Dragoman.Access.Limits;
using Dragoman.Stores;

namespace Dragoman.Gateway.Tests.Access.Limits;

public sealed class ScopeDocumentTests
{
    private const string Id = "team/web";

    [Fact]
    public void The_largest_document_fits_into_every_store()
    {
        var document = Full(until: 127_805_839_690);
        var history = new SegmentHistory();
        for (var segment = 0; segment <= Moment.InMinute; segment++)
            history.Add(segment, Admission.MostTokens);
        (document.Requests, document.Tokens) = (document.PairsOf(history), document.PairsOf(history));
        Assert.InRange(document.Write().Length, 30_000, StoreLimits.LargestJson);
    }

    [Fact]
    public void It_is_read_as_it_was_written()
    {
        var history = new SegmentHistory();
        history.Add(1000, 5);
        history.Add(1020, 0);
        history.Add(1030, 7);
        var document = new ScopeDocument { Start = 990, Processes = [new() { Id = "a", Serial = 3, Requests = 4, Until = 1040, Wanted = 1, WantedUntil = 1001 }] };
        document.Tokens = document.PairsOf(history);
        var json = Encoding.UTF8.GetString(document.Write());
        Assert.Equal("""{"start":990,"requests":[],"tokens":[10,5,40,7],"processes":[{"id":"a","serial":3,"requests":4,"until":1040,"wanted":1,"wantedUntil":1001}]}""", json);
        var read = ScopeDocument.Read(Encoding.UTF8.GetBytes(json));
        Assert.Equal((2, (1030L, 7L), 12), (read.HistoryOf(read.Tokens).Length, read.HistoryOf(read.Tokens)[1], read.HistoryOf(read.Tokens).Total));
        Assert.Equal(4, Assert.Single(read.Processes).Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"processes\":[{}]}")]
    [InlineData("{\"tokens\":[1")]
    [InlineData("{\"processes\":null}")]
    [InlineData("{\"requests\":null,\"processes\":[{\"id\":\"a\"}]}")]
    [InlineData("{\"tokens\":null,\"processes\":[{\"id\":\"a\"}]}")]
    public void One_that_cannot_be_read_counts_as_empty(string json) => Assert.Empty(ScopeDocument.Read(Encoding.UTF8.GetBytes(json)).Processes);

    /// <summary>A document counts for a minute, and for two more because another process's clock may be behind.</summary>
    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{"start":1000,"requests":[0,5]}""", true)]
    [InlineData("""{"start":1000,"requests":[0,5,1,5]}""", false)]
    [InlineData("""{"start":1000,"tokens":[1,5]}""", false)]
    [InlineData("""{"processes":[{"id":"a","requests":1,"until":1000}]}""", true)]
    [InlineData("""{"processes":[{"id":"a","requests":1,"until":1001}]}""", false)]
    [InlineData("""{"processes":[{"id":"a","requests":1,"until":9999}]}""", false)]
    [InlineData("""{"processes":[{"id":"a","until":1361}]}""", true)]
    [InlineData("""{"processes":[{"id":"a","tokens":1,"until":1001}]}""", false)]
    [InlineData("""{"processes":[{"id":"a","wanted":1,"until":1001}]}""", false)]
    [InlineData("""{"start":1000,"requests":[1]}""", true)]
    [InlineData("""{"processes":[{"id":"a","running":1,"runningUntil":1120}]}""", true)]
    [InlineData("""{"processes":[{"id":"a","running":1,"runningUntil":1121}]}""", false)]
    [InlineData("""{"processes":[{"id":"a","until":900},{"id":"b","tokens":1,"until":1300}]}""", false)]
    public void It_is_over_when_nothing_in_it_counts(string json, bool expected) => Assert.Equal(expected, ScopeDocument.Read(Encoding.UTF8.GetBytes(json)).IsOver(1000 + (3 * Moment.InMinute) + 1));

    /// <summary>Something that was cut off is not counted, and what was given back is not written.</summary>
    [Fact]
    public void A_history_has_pairs_of_what_was_used()
    {
        var document = new ScopeDocument { Start = 990 };
        Assert.Equal(5, document.HistoryOf([10, 5, 40]).Total);
        Assert.Equal(0, document.HistoryOf([10]).Length);
        var history = new SegmentHistory();
        history.Add(1000, -2);
        history.Add(1001, 3);
        Assert.Equal([11, 3], document.PairsOf(history));
    }

    [Fact]
    public async Task A_process_for_which_there_is_no_place_gets_one_when_another_has_gone()
    {
        await using var store = new SharedStore();
        await using var limits = new LimitsUnderTest(store);
        var now = new Moment(limits.Clock.GetUtcNow().UtcTicks).Segment;
        await store.WriteAsync(Write.Repeatable(DocumentWrite.Put(ScopeDocument.Kind, Id, Full(until: now).Write(), WriteCondition.Absent)));
        var caller = LimitsUnderTest.Requests(1_000_000_000_000);
        Assert.Null(await limits.TryAdmitAsync(caller));
        await limits.PassAsync(TimeSpan.FromSeconds(61));
        Assert.NotNull(await limits.TryAdmitAsync(caller));
    }

    private static ScopeDocument Full(long until) => new()
    {
        Processes =
        [
            .. Enumerable.Range(0, ScopeDocument.MostProcesses).Select(number => new ProcessLease
            {
                Id = $"{number:x12}",
                Serial = 1_000_000_000_000,
                Requests = 1_000_000_000,
                Tokens = 1_000_000_000,
                Until = until,
                Running = 1_000_000_000,
                RunningUntil = until,
                Wanted = 1_000_000_000,
                WantedUntil = until,
            }),
        ],
    };
}
