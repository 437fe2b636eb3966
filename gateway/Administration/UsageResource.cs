using System.Globalization;
using Dragoman.Locales;
using Dragoman.Stores.Ledger;

namespace Dragoman.Administration;

/// <summary><c>usage</c>: what was used, in groups.</summary>
internal sealed class UsageResource(ILedgerStore ledger, TimeProvider clock) : IResource
{
    private static readonly string[] Spans = ["hour", "day", "month"];

    public async Task<AdminAnswer> HandleAsync(AdminCall call, ReadOnlyMemory<string> path, Rights rights, CancellationToken cancellation)
    {
        if (!path.IsEmpty)
            throw new RefusedCall(Problem.NotFound(AdministrationText.Resource(FreeText.Cut(call.Path))));
        if (call.Method != "GET")
            throw new RefusedCall(Problem.Method(call.Path, call.Method, "GET"));
        var (query, format) = Read(call, rights);
        try
        {
            return format.Write(query, await ledger.UsageAsync(query, cancellation).ConfigureAwait(false));
        }
        catch (UsageRefusedException refused)
        {
            throw new RefusedCall(Problem.Invalid(Mistake.InQuery("by", MistakeText.NotAnswered(refused.Reason))));
        }
    }

    private (UsageQuery Query, UsageFormat Format) Read(AdminCall call, Rights rights)
    {
        var mistakes = new List<Mistake>();
        var parameters = new QueryParameters(call, mistakes);
        var today = new DateTimeOffset(clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        var from = TimeOf(parameters.Text("from"), "from", today.AddDays(1 - today.Day), mistakes);
        var to = TimeOf(parameters.Text("to"), "to", today.AddDays(1), mistakes);
        if (from >= to)
            mistakes.Add(Mistake.InQuery("to", MistakeText.NotAfterFrom));
        var (span, by) = GroupsOf(parameters.Text("by"), mistakes);
        var conditions = new Dictionary<UsageDimension, string>();
        foreach (var dimension in Enum.GetValues<UsageDimension>())
        {
            // An empty value asks for entries without one, which the reader of parameters takes for a mistake.
            if (parameters.TextOrEmpty(UsageMember.NameOf(dimension)) is { } value)
                conditions[dimension] = value;
        }

        var format = UsageFormat.Of(parameters.Text("format"), call.Accept, mistakes);
        parameters.End();
        if (!rights.ReadsAll)
        {
            if (conditions.TryGetValue(UsageDimension.Team, out var team))
                rights.RequireVisible(team, AdministrationText.Team(FreeText.Cut(team)));
            conditions[UsageDimension.Team] = rights.LedTeam!;
        }

        return (new UsageQuery(from, to) { Span = span, By = by, Where = conditions }, format);
    }

    private static (UsageSpan Span, IReadOnlyList<UsageDimension> By) GroupsOf(string? text, List<Mistake> mistakes)
    {
        var span = UsageSpan.All;
        var by = new List<UsageDimension>();
        foreach (var name in text?.Split(',') ?? [])
        {
            var index = Array.IndexOf(Spans, name);
            if (index >= 0 && span == UsageSpan.All)
                span = UsageSpan.Hour + index;
            else if (index < 0 && UsageMember.Find(name) is { } dimension && !by.Contains(dimension))
                by.Add(dimension);
            else
            {
                mistakes.Add(Mistake.InQuery("by", MistakeText.NoGroups(string.Join(", ", Spans), string.Join(", ", Enum.GetValues<UsageDimension>().Select(UsageMember.NameOf)))));
                break;
            }
        }

        return (span, by);
    }

    private static DateTimeOffset TimeOf(string? text, string name, DateTimeOffset absent, List<Mistake> mistakes)
    {
        if (text is null)
            return absent;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        if (Timestamp.TryRead(text, out var time) && time.UtcTicks % TimeSpan.TicksPerHour == 0)
            return time;
        mistakes.Add(Mistake.InQuery(name, MistakeText.NoDay));
        return absent;
    }
}
