using Dragoman.Locales;

namespace Dragoman.Administration;

/// <summary><c>whoami</c>: what the gateway knows of the caller. Every caller may ask, with any role or none.</summary>
internal sealed class WhoAmIResource : IResource
{
    public Task<AdminAnswer> HandleAsync(AdminCall call, ReadOnlyMemory<string> path, Rights rights, CancellationToken cancellation)
    {
        if (!path.IsEmpty)
            throw new RefusedCall(Problem.NotFound(AdministrationText.Resource(FreeText.Cut(call.Path))));
        return Task.FromResult(Answer(call));
    }

    public static AdminAnswer Answer(AdminCall call)
    {
        if (call.Method != "GET")
            throw new RefusedCall(Problem.Method(call.Path, call.Method, "GET"));
        new QueryParameters(call, []).End();
        var caller = call.Actor.Caller;
        return new AdminAnswer(200, StateJson.Of(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("kind"u8, call.Actor.KindName);
            writer.WriteString("team"u8, caller.Team);
            writer.WriteString("user"u8, caller.User);
            writer.WriteString("key"u8, caller.Key);
            StateJson.WriteRoles(writer, caller.Roles);
            StateJson.WriteTime(writer, "expiresAt", caller.ExpiresAt == DateTimeOffset.MaxValue ? null : caller.ExpiresAt);
            StateJson.WriteTags(writer, caller.Tags);
            EffectiveLimits.Write(writer, caller.Scopes);
            writer.WriteStartArray("allow"u8);
            foreach (var allow in caller.Allow)
            {
                writer.WriteStartObject();
                writer.WriteString("scope"u8, allow.Scope.ToString());
                StateJson.WriteAllowMembers(writer, allow.Rules);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }));
    }
}
