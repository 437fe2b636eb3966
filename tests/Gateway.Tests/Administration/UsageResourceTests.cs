using Dragoman.Access.Directory;
using Dragoman.Stores.Ledger;
using Parquet.Serialization;

namespace Dragoman.Gateway.Tests.Administration;

public sealed class UsageResourceTests : IAsyncDisposable
{
    private const string Sums = """ "adjustments":0,"inputTokens":11,"cacheReadTokens":0,"cacheWriteTokens":0,"outputTokens":7,"reasoningTokens":0,"milliseconds":0,"longestMilliseconds":0}""";

    private readonly AdminUnderTest admin = AdminUnderTest.Open();

    private int batches;

    public ValueTask DisposeAsync() => admin.DisposeAsync();

    [Fact]
    public async Task Groups_have_their_values_and_sums_in_dollars()
    {
        await SettleAsync("red", 20_000_000_000_001);
        await SettleAsync(null, null);
        var shown = await admin.DoneAsync("GET", "usage?by=month,team");
        // The clock says 2026-01-02.
        Assert.Equal(("2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z"), (shown.GetProperty("from").GetString(), shown.GetProperty("to").GetString()));
        Assert.Equal(
            """[{"start":"2026-01-01T00:00:00Z","team":null,"requests":1,"failed":0,"cost":0,"unpriced":1,""" + Sums.Trim()
            + """,{"start":"2026-01-01T00:00:00Z","team":"red","requests":1,"failed":0,"cost":20.000000000001,"unpriced":0,""" + Sums.Trim() + "]",
            shown.GetProperty("items").GetRawText());
        Assert.Equal("""[{"team":null,"requests":1,"failed":0,"cost":0,"unpriced":1,""" + Sums.Trim() + "]", (await admin.DoneAsync("GET", "usage?by=team&team=")).GetProperty("items").GetRawText());
        Assert.Equal(0, (await admin.DoneAsync("GET", "usage?from=2026-01-02T23:00:00Z&to=2026-01-03")).GetProperty("items").GetArrayLength());
    }

    [Theory]
    [InlineData("by=day,hour", "by must be a list of at most one of hour, day, month, and of team, key, user, model,")]
    [InlineData("by=team,team", "by must be a list of")]
    [InlineData("by=colour", "by must be a list of")]
    [InlineData("from=yesterday", "from must be a day such as 2026-11-30, or a whole hour such as 2026-11-30T14:00:00Z")]
    [InlineData("to=2026-01-02T10:30:00Z", "to must be a day")]
    [InlineData("from=2026-01-02&to=2026-01-02", "to must be after from")]
    [InlineData("by=tag,hour", "by is not answered: tags are counted by whole days")]
    [InlineData("format=xml", "format must be one of json, csv, parquet")]
    [InlineData("colour=red", "colour is not known")]
    [InlineData("team=a&team=b", "team is given twice")]
    public async Task A_mistake_is_named(string query, string message) =>
        Assert.Contains(message, (await admin.RefusedAsync(400, "GET", "usage?" + query)).GetProperty("detail").GetString(), StringComparison.Ordinal);

    [Fact]
    public async Task A_lead_sees_the_own_team_and_an_auditor_all()
    {
        await SettleAsync("red", 1);
        await SettleAsync("blue", 2);
        var lead = AdminUnderTest.Of("red", "ann", Role.Lead);
        Assert.Equal(["red"], await TeamsAsync("usage?by=team", lead));
        Assert.Equal(["red"], await TeamsAsync("usage?by=team&team=red", lead));
        await admin.RefusedAsync(404, "GET", "usage?team=blue", actor: lead);
        await admin.RefusedAsync(404, "GET", "usage?team=", actor: lead);
        await admin.RefusedAsync(403, "GET", "usage", actor: AdminUnderTest.Of("red", "ann"));
        Assert.Equal(["blue", "red"], await TeamsAsync("usage?by=team", AdminUnderTest.Of("red", "ann", Role.Auditor)));
        await admin.RefusedAsync(405, "POST", "usage");
    }

    [Fact]
    public async Task No_cell_of_a_table_is_a_formula()
    {
        await SettleAsync("red", 1_500_000_000_000, "=cmd|' /C calc'!A0");
        await SettleAsync("red", 1, "a,\"b\"\r\nc");
        await SettleAsync("red", 1, "-1");
        var answer = await admin.CallAsync("GET", "usage?by=day,model&format=csv");
        Assert.Equal("text/csv; charset=utf-8", answer.ContentType);
        Assert.Equal(
            "start,model,requests,failed,cost,unpriced,adjustments,inputTokens,cacheReadTokens,cacheWriteTokens,outputTokens,reasoningTokens,milliseconds,longestMilliseconds\r\n"
            + "2026-01-02T00:00:00Z,'-1,1,0,0.000000000001,0,0,11,0,0,7,0,0,0\r\n"
            + "2026-01-02T00:00:00Z,'=cmd|' /C calc'!A0,1,0,1.5,0,0,11,0,0,7,0,0,0\r\n"
            + "2026-01-02T00:00:00Z,\"a,\"\"b\"\"\r\nc\",1,0,0.000000000001,0,0,11,0,0,7,0,0,0\r\n",
            AdminUnderTest.Text(answer));
    }

    [Fact]
    public async Task The_accepted_format_is_answered()
    {
        async Task<string> TypeAsync(string? accept, string query = "") =>
            (await admin.Api.HandleAsync(new("GET", "usage", AdminUnderTest.Admin) { Accept = accept, Query = query.Length == 0 ? [] : [KeyValuePair.Create("format", query)] })).ContentType;
        Assert.Equal("application/json; charset=utf-8", await TypeAsync(null));
        Assert.Equal("application/json; charset=utf-8", await TypeAsync("*/*"));
        Assert.Equal("text/csv; charset=utf-8", await TypeAsync("text/html, TEXT/CSV; q=0.5"));
        Assert.Equal("application/vnd.apache.parquet", await TypeAsync("application/vnd.apache.parquet"));
        Assert.Equal("application/json; charset=utf-8", await TypeAsync("text/csv", "json"));
    }

    [Fact]
    public async Task Another_reader_of_parquet_reads_the_same()
    {
        await SettleAsync("red", 20_000_000_000_001, "ü");
        await SettleAsync(null, null, new string('x', 300));
        for (var index = 0; index < 200; index++)
            await SettleAsync(index % 3 == 0 ? null : $"t{index}", index);
        await admin.Ledger.ExchangeAsync(new("other", 1, admin.Clock.GetUtcNow(), [new("account", 100, 5, 0)], [Entry("red", 5, "m") with { Accounts = ["account"] }]));
        await admin.Ledger.CorrectAsync(new("c", "account", -3, admin.Clock.GetUtcNow(), "because"));

        var expected = (await admin.DoneAsync("GET", "usage?by=day,team,model")).GetProperty("items").EnumerateArray().ToList();
        using var bytes = new MemoryStream((await admin.CallAsync("GET", "usage?by=day,team,model&format=parquet")).Body.ToArray());
        var read = await ParquetSerializer.DeserializeUntypedAsync(bytes);
        Assert.Equal(expected[0].EnumerateObject().Select(member => member.Name), read.Schema.Fields.Select(field => field.Name));
        Assert.Equal(expected.Count, read.Data.Count);
        foreach (var (json, row) in expected.Zip(read.Data))
        {
            Assert.Equal(json.GetProperty("start").GetDateTime(), ((DateTime)row["start"]!).ToUniversalTime());
            Assert.Equal((json.GetProperty("team").GetString(), json.GetProperty("model").GetString()), ((string?)row.GetValueOrDefault("team"), (string?)row.GetValueOrDefault("model")));
            Assert.Equal((json.GetProperty("cost").GetDecimal(), json.GetProperty("adjustments").GetDecimal()), ((decimal)row["cost"]!, (decimal)row["adjustments"]!));
            Assert.Equal((json.GetProperty("requests").GetInt64(), json.GetProperty("inputTokens").GetInt64()), ((long)row["requests"]!, (long)row["inputTokens"]!));
        }

        using var empty = new MemoryStream((await admin.CallAsync("GET", "usage?by=team&team=nobody&format=parquet")).Body.ToArray());
        Assert.Empty((await ParquetSerializer.DeserializeUntypedAsync(empty)).Data);
    }

    private Task<LedgerAnswer> SettleAsync(string? team, long? cost, string model = "m") =>
        admin.Ledger.ExchangeAsync(new("p", ++batches, admin.Clock.GetUtcNow(), [], [Entry(team, cost, model)]));

    private LedgerEntry Entry(string? team, long? cost, string model) => new()
    {
        RequestId = $"r{batches}",
        At = admin.Clock.GetUtcNow(),
        Cost = cost,
        Team = team,
        Model = model,
        Dialect = "ollama",
        Status = 200,
        Outcome = "completed",
        Origin = "reported",
        InputTokens = 11,
        OutputTokens = 7,
    };

    private async Task<IEnumerable<string?>> TeamsAsync(string path, Dragoman.Administration.AdminActor actor) =>
        (await admin.DoneAsync("GET", path, actor: actor)).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("team").GetString());
}
