using Dragoman.Access.Directory;
using Dragoman.Locales;

namespace Dragoman.Administration;

/// <summary><c>organization</c>: what all teams together may use.</summary>
internal sealed class OrganizationResource(Records records, Changes changes) : IResource
{
    public async Task<AdminAnswer> HandleAsync(AdminCall call, ReadOnlyMemory<string> path, Rights rights, CancellationToken cancellation)
    {
        if (!path.IsEmpty)
            throw new RefusedCall(Problem.NotFound(AdministrationText.Resource(FreeText.Cut(call.Path))));
        rights.RequireReader(AdministrationText.TheOrganization);
        switch (call.Method)
        {
            case "GET":
                var (present, version) = await records.OrganizationAsync(cancellation).ConfigureAwait(false);
                return Reads.One(call, StateJson.Of(present), version);
            case "PATCH":
                rights.RequireAdmin(AdministrationText.ChangingOrganization);
                return await changes.MakeAsync(call, ending => PlanAsync(call, ending), cancellation).ConfigureAwait(false);
            default:
                throw new RefusedCall(Problem.Method(call.Path, call.Method, "GET, PATCH"));
        }
    }

    private async Task<PlannedChange> PlanAsync(AdminCall call, CancellationToken cancellation)
    {
        var (present, version) = await records.OrganizationAsync(cancellation).ConfigureAwait(false);
        Preconditions.RequireMatch(call, version);
        var request = new ChangeRequest(call);
        var changed = present with
        {
            Allow = request.Body.Allow("allow", present.Allow),
            Limits = request.Body.Limits("limits", present.Limits),
            Budgets = request.Body.Budgets("budgets", present.Budgets),
            TagBudgets = request.Body.TagBudgets("tagBudgets", present.TagBudgets),
            TimeZone = request.Body.Text("timeZone", present.TimeZone, FreeText.TimeZoneMistake),
        };
        request.End();
        var after = StateJson.Of(changed);
        ChangeRequest.CheckSize(after);
        return new(200, after, [Records.Put(changed, version)], [new("organization.update", Organization.Kind, null, StateJson.Of(present), after)]);
    }
}
