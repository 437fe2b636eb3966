using Dragoman.Access.Directory;

namespace Dragoman.Administration;

/// <summary>The words for roles in JSON.</summary>
internal static class RoleName
{
    /// <summary>The roles that a user may have.</summary>
    public static readonly IReadOnlyList<string> All = ["lead", "auditor", "admin"];

    public static string Of(Role role) => role switch
    {
        Role.Lead => "lead",
        Role.Auditor => "auditor",
        Role.Events => "events",
        _ => "admin",
    };

    public static bool TryRead(string text, out Role role)
    {
        (var known, role) = text switch
        {
            "lead" => (true, Role.Lead),
            "auditor" => (true, Role.Auditor),
            "admin" => (true, Role.Admin),
            _ => (false, default),
        };
        return known;
    }
}
