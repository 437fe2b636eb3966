using Dragoman.Locales;

namespace Dragoman.Administration;

/// <summary><c>roles</c>: what each role may do.</summary>
internal sealed class RoleResource : IResource
{
    private static readonly (string Name, Wording Description)[] Roles =
    [
        ("lead", AdministrationText.RoleLead),
        ("auditor", AdministrationText.RoleAuditor),
        ("admin", AdministrationText.RoleAdmin),
    ];

    public Task<AdminAnswer> HandleAsync(AdminCall call, ReadOnlyMemory<string> path, Rights rights, CancellationToken cancellation)
    {
        if (!path.IsEmpty)
            throw new RefusedCall(Problem.NotFound(AdministrationText.Resource(FreeText.Cut(call.Path))));
        if (call.Method != "GET")
            throw new RefusedCall(Problem.Method(call.Path, call.Method, "GET"));
        new QueryParameters(call, []).End();
        return Task.FromResult(new AdminAnswer(200, StateJson.Of(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("items"u8);
            foreach (var (name, description) in Roles)
            {
                writer.WriteStartObject();
                writer.WriteString("name"u8, name);
                writer.WriteString("description"u8, description.In(call.Locale));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteNull("next"u8);
            writer.WriteEndObject();
        }))
        { Language = call.Locale.Language });
    }
}
