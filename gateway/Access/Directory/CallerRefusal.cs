namespace Dragoman.Access.Directory;

/// <summary>Why a credential that is genuine admits nobody.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Id">The id of the team or user.</param>
internal sealed record CallerRefusal(RefusalReason Reason, string Id);

/// <inheritdoc cref="CallerRefusal"/>
internal enum RefusalReason
{
    /// <summary>The team does not exist, or was deleted.</summary>
    NoTeam,
    TeamDisabled,
    UserDisabled,
}
