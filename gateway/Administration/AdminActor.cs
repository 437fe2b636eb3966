using Dragoman.Access;
using Dragoman.Access.Directory;

namespace Dragoman.Administration;

/// <summary>Who asks for something, for the rights and for the audit log.</summary>
/// <param name="Caller">The caller with its team and roles.</param>
/// <param name="Kind">By what the caller was recognized.</param>
/// <param name="Address">The client's network address; null when there is none.</param>
/// <param name="RequestId">The id of the request, which the logs contain too.</param>
public sealed record AdminActor(Caller Caller, AdminActorKind Kind, string? Address, string RequestId)
{
    private static readonly Caller Administrator = new() { Team = null, Roles = [Role.Admin] };

    /// <summary>The caller of a request.</summary>
    /// <param name="caller">Who it is. Only the deployment's own key has neither a team nor a user.</param>
    /// <param name="address">The client's network address; null when it is not known.</param>
    /// <param name="requestId">The id of the request.</param>
    public static AdminActor Of(Caller caller, string? address, string requestId) => new(
        caller,
        caller switch
        {
            { Key: not null } => AdminActorKind.Key,
            { User: not null } => AdminActorKind.Token,
            { Team: null } => AdminActorKind.AdminKey,
            _ => AdminActorKind.Open,
        },
        address,
        requestId);

    /// <summary>Somebody who works on the store itself and may do everything.</summary>
    /// <param name="user">The name of the user in the operating system; null when it is not known.</param>
    /// <param name="requestId">A name for the call.</param>
    public static AdminActor Local(string? user, string requestId) =>
        new(new Caller { Team = null, User = user, Roles = [Role.Admin] }, AdminActorKind.Local, null, requestId);

    /// <summary>Somebody who presented the deployment's own key.</summary>
    public static AdminActor WithAdminKey(string? address, string requestId) => new(Administrator, AdminActorKind.AdminKey, address, requestId);

    /// <summary>The word for <see cref="Kind"/> in JSON.</summary>
    internal string KindName => Kind switch
    {
        AdminActorKind.AdminKey => "adminKey",
        AdminActorKind.Key => "key",
        AdminActorKind.Token => "token",
        AdminActorKind.Open => "open",
        _ => "local",
    };
}
