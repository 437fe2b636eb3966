using System.Text.Json;
using Dragoman.Access.Budgets;
using Dragoman.Access.Directory;
using Dragoman.Locales;
using Dragoman.Stores.Ledger;

namespace Dragoman.Administration;

/// <summary><c>budgets</c>: what is left of the budgets of a key, a user, a team, a tag or the organization.</summary>
internal sealed class BudgetResource(Records records, ILedgerStore ledger, TimeProvider clock) : IResource
{
    public async Task<AdminAnswer> HandleAsync(AdminCall call, ReadOnlyMemory<string> path, Rights rights, CancellationToken cancellation)
    {
        if (!path.IsEmpty)
            throw new RefusedCall(Problem.NotFound(AdministrationText.Resource(FreeText.Cut(call.Path))));
        if (call.Method != "GET")
            throw new RefusedCall(Problem.Method(call.Path, call.Method, "GET"));
        var subject = await Subject.ReadAsync(call, records, rights, mayHaveTag: true, cancellation).ConfigureAwait(false);
        if (subject.Team is null)
            rights.RequireReader(AdministrationText.TheBudgets);
        var budgets = subject.Tag is { } label && TagLabel.Split(label) is var (name, value)
            ? ScopeBudgets.OfTag(subject.Organization, subject.Team, name, value)
            : ScopeBudgets.Of(subject.Organization, subject.Team, subject.UserId, subject.User, subject.Key);
        var now = clock.GetUtcNow();
        var accounts = budgets.Select(budget => budget.AccountAt(now)).ToArray();
        var states = (await ledger.ReadAsync(accounts, cancellation).ConfigureAwait(false)).ToDictionary(state => state.Account, StringComparer.Ordinal);
        return new AdminAnswer(200, StateJson.Of(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("team"u8, subject.Team?.Id);
            writer.WriteString("user"u8, subject.UserId);
            writer.WriteString("key"u8, subject.Key?.Id);
            writer.WriteString("tag"u8, subject.Tag);
            writer.WriteStartArray("budgets"u8);
            for (var index = 0; index < budgets.Count; index++)
                Write(writer, budgets[index], states.GetValueOrDefault(accounts[index]), now);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }));
    }

    private static void Write(Utf8JsonWriter writer, BudgetScope budget, AccountState? state, DateTimeOffset now)
    {
        var (settled, excess, leased, assumed) = state is null ? default : (state.Settled, state.Excess, state.Leased, state.Assumed);
        var period = budget.Period.At(now);
        writer.WriteStartObject();
        writer.WriteString("scope"u8, budget.Owner.Kind);
        writer.WriteString("id"u8, budget.Owner.Id);
        writer.WriteString("team"u8, budget.Owner.Team);
        writer.WriteString("period"u8, BudgetPeriod.NameOf(budget.Period.Kind));
        StateJson.WriteMoney(writer, "limit", budget.Limit);
        StateJson.WritePart(writer, "warnAt", budget.WarnAt);
        StateJson.WriteMoney(writer, "spent", settled + excess);
        StateJson.WriteMoney(writer, "assumed", assumed);
        StateJson.WriteMoney(writer, "reserved", leased);
        StateJson.WriteMoney(writer, "left", Math.Max(0, budget.Limit - settled - excess - leased));
        StateJson.WriteTime(writer, "startedAt", budget.Period.Kind == PeriodKind.Total ? null : period.Start);
        StateJson.WriteTime(writer, "resetsAt", budget.Period.Kind == PeriodKind.Total ? null : period.End);
        writer.WriteEndObject();
    }
}
