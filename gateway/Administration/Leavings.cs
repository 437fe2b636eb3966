using Dragoman.Access.Directory;
using Dragoman.Locales;
using Dragoman.Stores;

namespace Dragoman.Administration;

/// <summary>
/// The keys and users that a deleted team or user would leave behind. They would be valid again as soon as somebody creates a
/// team of the same id, so they are removed before a team is deleted and before one is created.
/// </summary>
internal sealed class Leavings(Records records, Changes changes, TimeProvider clock)
{
    private const int PerPage = StoreLimits.MostPerPage;

    /// <summary>Whether somebody could still use a key of the team, or of one of its users.</summary>
    /// <param name="team">The team.</param>
    /// <param name="user">Only the keys of this user; null for all.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task<bool> HasActiveKeysAsync(string team, string? user, CancellationToken cancellation)
    {
        string? after = null;
        do
        {
            var page = await records.KeysAsync(team, after, PerPage, cancellation).ConfigureAwait(false);
            if (page.Any(key => IsActive(key.Record, user)))
                return true;
            after = page.Count == PerPage ? page[^1].Record.Id : null;
        }
        while (after is not null);
        return false;
    }

    /// <summary>Revokes all active keys of a team, or of one of its users.</summary>
    public async Task RevokeKeysAsync(string team, string? user, AdminActor actor, CancellationToken cancellation)
    {
        string? after = null;
        do
        {
            var page = await records.KeysAsync(team, after, PerPage, cancellation).ConfigureAwait(false);
            foreach (var batch in page.Where(key => IsActive(key.Record, user)).Chunk(StoreLimits.MostAudit))
            {
                var now = Timestamp.Now(clock);
                var revoked = batch.Select(key => (Old: key.Record, New: key.Record with { RevokedAt = now }, key.Version)).ToList();
                var written = await changes.WriteAsync(
                    [.. revoked.Select(key => Records.Put(key.New, key.Version))],
                    [.. revoked.Select(key => new AuditRecord("key.revoke", key.Old.Id, team, StateJson.Of(key.Old, now), StateJson.Of(key.New, now)))],
                    actor).ConfigureAwait(false);
                if (written is null)
                    throw new RefusedCall(Problem.Conflict(AdministrationText.OthersChangeKeys));
            }

            after = page.Count == PerPage ? page[^1].Record.Id : null;
        }
        while (after is not null);
    }

    /// <summary>Deletes all users of a team.</summary>
    public async Task DeleteUsersAsync(string team, AdminActor actor, CancellationToken cancellation)
    {
        string? after = null;
        do
        {
            var page = await records.UsersAsync(team, after, PerPage, cancellation).ConfigureAwait(false);
            foreach (var batch in page.Chunk(StoreLimits.MostAudit))
            {
                var written = await changes.WriteAsync(
                    [.. batch.Select(user => DocumentWrite.Delete(User.Kind, user.Record.DocumentId, WriteCondition.HasVersion(user.Version)))],
                    [.. batch.Select(user => new AuditRecord("user.delete", user.Record.Id, team, StateJson.Of(user.Record), default))],
                    actor).ConfigureAwait(false);
                if (written is null)
                    throw new RefusedCall(Problem.Conflict(AdministrationText.OthersChangeUsers));
            }

            after = page.Count == PerPage ? page[^1].Record.DocumentId : null;
        }
        while (after is not null);
    }

    private bool IsActive(TeamKey key, string? user) =>
        key.RevokedAt is null && !(key.ExpiresAt <= clock.GetUtcNow()) && (user is null || key.User == user);
}
