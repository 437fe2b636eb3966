namespace Dragoman.Administration;

/// <summary><c>roles</c>: what each role may do.</summary>
internal sealed class RoleResource : IResource
{
    private static readonly (string Name, string Description)[] Roles =
    [
        ("lead", "Reads the own team, its limits, keys and users. Creates, changes, rotates and revokes its keys. Creates, changes and deletes its users, without the roles auditor and admin."),
        ("auditor", "Reads everything, the audit log too. Changes nothing."),
        ("admin", "Reads and changes everything."),
    ];

    public Task<AdminAnswer> HandleAsync(AdminCall call, ReadOnlyMemory<string> path, Rights rights, CancellationToken cancellation)
    {
        if (!path.IsEmpty)
            throw new RefusedCall(Problem.NotFound($"resource {FreeText.Cut(call.Path)}"));
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
                writer.WriteString("description"u8, description);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteNull("next"u8);
            writer.WriteEndObject();
        })));
    }
}
