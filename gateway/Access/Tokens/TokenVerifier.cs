#pragma warning disable
using Dragoman.Access.Directory;
namespace Dragoman.Access.Tokens;

public sealed class TokenVerifier : IAsyncDisposable
{
    public ValueTask<TokenIdentity?> VerifyAsync(string token, CancellationToken cancellation) => new((TokenIdentity?)null);
    public ValueTask DisposeAsync() => default;
}
public sealed record TokenIdentity(string Issuer, string Subject, string? Team, string? User, IReadOnlyList<Role> Roles, DateTimeOffset ExpiresAt);
